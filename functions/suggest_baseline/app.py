"""Suggests statistics and constraints when a baseline data set, or its monitor document, is uploaded.

It also makes the analyses of `analyses/`. A pipeline's step invokes it directly, for a model that is not in use yet.
"""

from typing import Any

from aws_lambda_powertools import Logger

import driftline.adapters.aws.garbage  # noqa: F401, before the others
from driftline.adapters.aws.events_in import ObjectEvent
from driftline.adapters.aws.inbox import Postponing, stale_reads, work_through
from driftline.adapters.aws.invocation import Remaining, is_backfill
from driftline.adapters.aws.model_files import S3ModelFiles
from driftline.adapters.aws.one_subject import OneSubject
from driftline.adapters.aws.resume_queues import ResumeQueues
from driftline.adapters.aws.s3 import S3Store, S3Stores
from driftline.adapters.aws.sagemaker_endpoints import SageMakerEndpoints
from driftline.adapters.aws.settings import BaselineSettings
from driftline.adapters.aws.topic import OperatorTopic
from driftline.adapters.tables.duck import DuckTables
from driftline.domain.keys import analysis_of_config
from driftline.kinds.registry import KINDS
from driftline.usecases.baselines.uploads import Reading, subject_of, suggest_uploaded
from driftline.usecases.explanations.explaining import Explaining

logger = Logger()
settings = BaselineSettings.from_environment()
postponing = Postponing(settings.baseline_queue, waits=stale_reads)
explaining = Explaining(S3ModelFiles(settings.bucket), ResumeQueues(settings.resume_queues))
operators = OperatorTopic(settings.alarm_topic)
reading = Reading(S3Store(settings.bucket), DuckTables(), operators, KINDS, SageMakerEndpoints(), explaining)
one_subject = OneSubject(settings.baseline_queue, lambda body: subject_of(ObjectEvent.model_validate_json(body).key))


def work(event: ObjectEvent) -> None:
    message = event.model_dump_json(by_alias=True)
    if name := analysis_of_config(event.key):
        from driftline.usecases.analyses.uploads import analyse_uploaded  # noqa: PLC0415, brings the pages

        done = iter([analyse_uploaded(name, event.time, message, reading, settings.analysis_requests)])
    else:
        done = suggest_uploaded(event.key, message, reading)
    for what, about in done:
        logger.info(what, extra=dict(about))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Remaining) -> dict[str, Any]:
    if is_backfill(event):
        from driftline.adapters.aws.backfill_in import work_on  # noqa: PLC0415, for backfills only
        from driftline.usecases.backfill.baseline_work import baseline_work  # noqa: PLC0415

        return work_on(event, context, reading.store, lambda plan, batch: baseline_work(plan, batch, reading=reading))
    if "Records" in event:
        return work_through(one_subject.of(event, logger), ObjectEvent, work, logger, postponing)
    from driftline.adapters.aws.candidate_in import answer  # noqa: PLC0415, brings what computes explanations

    logger.info("candidate", answer=(candidate := answer(event, reading, S3Stores())))
    return candidate
