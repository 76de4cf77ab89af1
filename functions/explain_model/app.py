"""Explains the rows of one task, and lets those go on who wait for it.

It has a layer of its own, without DuckDB: what it needs is numpy.
"""

from typing import Any

from aws_lambda_powertools import Logger

import driftline.adapters.aws.garbage  # noqa: F401, before the others
from driftline.adapters.aws.events_in import ObjectEvent
from driftline.adapters.aws.inbox import Postponing, work_through
from driftline.adapters.aws.model_files import S3ModelFiles
from driftline.adapters.aws.resume_queues import ResumeQueues
from driftline.adapters.aws.s3 import S3Store
from driftline.adapters.aws.sagemaker_endpoints import SageMakerEndpoints
from driftline.adapters.aws.settings import ExplainSettings
from driftline.usecases.explanations.explain_task import explain_task
from driftline.usecases.explanations.solve import Solver

logger = Logger()
settings = ExplainSettings.from_environment()
store = S3Store(settings.bucket)
solver = Solver(S3ModelFiles(settings.bucket), SageMakerEndpoints())
resumes = ResumeQueues(settings.resume_queues)
postponing = Postponing(settings.explain_queue)


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    tries = max((int(each["attributes"]["ApproximateReceiveCount"]) for each in event["Records"]), default=1)

    def explain(created: ObjectEvent) -> None:
        last = tries >= settings.explain_tries
        found = explain_task(created.key, store=store, solve=solver, resumes=resumes, last_try=last)
        logger.info("explained", key=created.key, result=type(found).__name__ if found else "there already")

    return work_through(event, ObjectEvent, explain, logger, postponing)
