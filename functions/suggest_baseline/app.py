"""Suggests statistics and constraints when a baseline data set, or its monitor document, is uploaded.

A pipeline's Lambda step invokes it directly, for the baseline of a model that is not in use yet.
"""

from typing import Any

from aws_lambda_powertools import Logger

from driftline.adapters.aws.candidate_in import wanted_baseline
from driftline.adapters.aws.events_in import ObjectEvent
from driftline.adapters.aws.inbox import work_through
from driftline.adapters.aws.s3 import S3Store, S3Stores
from driftline.adapters.aws.sagemaker_endpoints import SageMakerEndpoints
from driftline.adapters.aws.settings import NoticeSettings
from driftline.adapters.aws.topic import OperatorTopic
from driftline.adapters.tables.duck import DuckTables
from driftline.domain.errors import InvalidInputError
from driftline.kinds.registry import KINDS
from driftline.usecases.baselines.candidate_baseline import make_candidate
from driftline.usecases.baselines.suggest_baseline import NoDataSetError, baselines_of, suggest_baseline

logger = Logger()
settings = NoticeSettings.from_environment()
store = S3Store(settings.bucket)
operators = OperatorTopic(settings.alarm_topic)
predictor = SageMakerEndpoints()
tables = DuckTables()


def suggest(event: ObjectEvent) -> None:
    for endpoint, monitor in baselines_of(store, event.key, kinds=KINDS):
        try:
            suggested = suggest_baseline(
                endpoint, monitor, store=store, tables=tables, operators=operators, kinds=KINDS, predictor=predictor
            )
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
    if "Records" in event:
        return work_through(event, ObjectEvent, suggest, logger)
    # A request that cannot be met raises: the pipeline's step fails, and says why.
    made = make_candidate(
        wanted_baseline(event), store=store, stores=S3Stores(), tables=tables, kinds=KINDS, predictor=predictor
    )
    logger.info("candidate", answer=made.answer())
    return dict(made.answer())
