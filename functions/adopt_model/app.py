"""Puts the baseline of a new model into use. EventBridge invokes it when a model is in service, or approved."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger

import driftline.adapters.aws.garbage  # noqa: F401, before the others
from driftline.adapters.aws.events import DefaultBus
from driftline.adapters.aws.model_events_in import announcement_of
from driftline.adapters.aws.model_files import S3ModelFiles
from driftline.adapters.aws.s3 import S3Store
from driftline.adapters.aws.sagemaker_models import SageMakerModels
from driftline.adapters.aws.settings import AdoptSettings
from driftline.adapters.aws.state_table import DynamoTable
from driftline.kinds.registry import KINDS
from driftline.usecases.models.adopt_model import TURN, adopt_model
from driftline.usecases.one_at_a_time import Busy, Turns

logger = Logger()
settings = AdoptSettings.from_environment()
store = S3Store(settings.bucket)
files = S3ModelFiles(settings.bucket)
models = SageMakerModels({kind.name: kind.drift_check_baselines for kind in KINDS})
events = DefaultBus()
turns = Turns(DynamoTable(settings.state_table), "adoption", Busy.read, TURN, lambda: datetime.now(UTC))


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    adoption = adopt_model(
        announcement_of(event), store=store, models=models, files=files, events=events, turns=turns, kinds=KINDS
    )
    logger.info(
        "adopted",
        outcome=adoption.outcome,
        endpoint=adoption.endpoint,
        model=adoption.model,
        baselines=sorted(adoption.baselines),
        reason=adoption.reason,
    )
    return {"Outcome": adoption.outcome.value, **adoption.event_detail()}
