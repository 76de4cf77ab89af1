"""Suggests statistics and constraints when a baseline data set, or its monitor document, is uploaded.

It also makes analyses, which a configuration in `analyses/` starts: they read data sets, and wait for explanations, as
baselines do.
"""

from typing import Any

from aws_lambda_powertools import Logger

from driftline.adapters.aws.events_in import ObjectEvent
from driftline.adapters.aws.inbox import work_through
from driftline.adapters.aws.model_files import S3ModelFiles
from driftline.adapters.aws.resume_queues import ResumeQueues
from driftline.adapters.aws.s3 import S3Store
from driftline.adapters.aws.sagemaker_endpoints import SageMakerEndpoints
from driftline.adapters.aws.settings import BaselineSettings
from driftline.adapters.aws.topic import OperatorTopic
from driftline.adapters.tables.duck import DuckTables
from driftline.domain.errors import InvalidInputError, PendingError
from driftline.domain.keys import analysis_of_config
from driftline.kinds.registry import KINDS
from driftline.usecases.baselines.suggest_baseline import NoDataSetError, baselines_of, suggest_baseline
from driftline.usecases.explanations.explaining import Explaining

logger = Logger()
settings = BaselineSettings.from_environment()
store = S3Store(settings.bucket)
operators = OperatorTopic(settings.alarm_topic)
explaining = Explaining(S3ModelFiles(settings.bucket), ResumeQueues(settings.resume_queues))


def work(event: ObjectEvent) -> None:
    name = analysis_of_config(event.key)
    if name is None:
        suggest(event)
    else:
        analyse(name, event)


def analyse(name: str, event: ObjectEvent) -> None:
    from driftline.usecases.analyses.stored_analysis import asker_of, run_analysis  # noqa: PLC0415, brings the pages

    try:
        done = run_analysis(
            name,
            store=store,
            tables=DuckTables(),
            kinds=KINDS,
            predictor=SageMakerEndpoints(),
            explaining=explaining,
            asked_at=event.time,
            limit=settings.analysis_requests,
        )
    except PendingError as pending:
        message = event.model_dump_json(by_alias=True)
        explaining.wait_with_baseline(asker_of(name), "analysis", message, pending, store)
        logger.info("waiting for explanations", analysis=name, needs=len(pending.needs))
        return
    if done is not None and done.error is not None:
        logger.warning("refused", analysis=name)
        operators.notify(f"Driftline: the analysis {name} cannot be made", str(done.error))
    elif done is not None:
        logger.info("analysed", analysis=name, rows=done.rows, files=dict(done.files or {}))


def suggest(event: ObjectEvent) -> None:
    for endpoint, monitor in baselines_of(store, event.key, kinds=KINDS):
        try:
            suggested = suggest_baseline(
                endpoint,
                monitor,
                store=store,
                tables=DuckTables(),
                operators=operators,
                kinds=KINDS,
                predictor=SageMakerEndpoints(),
                explaining=explaining,
            )
        except PendingError as pending:
            message = event.model_dump_json(by_alias=True)
            explaining.wait_with_baseline(endpoint, monitor, message, pending, store)
            logger.info("waiting for explanations", endpoint=endpoint, monitor=monitor, needs=len(pending.needs))
        except NoDataSetError:
            logger.info("no data yet", endpoint=endpoint, monitor=monitor)
        except InvalidInputError as error:
            # No retry can fix a data set: the people who uploaded it have to.
            logger.warning("refused", endpoint=endpoint, monitor=monitor)
            operators.notify(f"Driftline: the baseline of {endpoint} cannot be read", str(error))
        else:
            files = dict(suggested.files)
            logger.info("suggested", endpoint=endpoint, monitor=monitor, rows=suggested.rows, files=files)


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    return work_through(event, ObjectEvent, work, logger)
