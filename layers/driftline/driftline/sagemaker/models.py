"""Who answers for a model: files and endpoints, asked with the credentials of the session."""

from collections.abc import Mapping
from pathlib import Path

from driftline.adapters.aws.s3 import s3_client
from driftline.adapters.aws.sagemaker_endpoints import SageMakerEndpoints
from driftline.adapters.by_hand.explaining import LocalModels, explaining
from driftline.sagemaker.session import boto_session_of
from driftline.usecases.explanations.explaining import Explaining


def models_of(session: object, staged: Mapping[str, Path] | None = None) -> LocalModels:
    """Reads files of models.

    Args:
        session: What was passed as `sagemaker_session`.
        staged: Files of the user that count as where they will be copied.
    """
    boto = boto_session_of(session)
    return LocalModels(s3_client(boto) if boto is not None else None, staged)


def endpoints_of(session: object) -> SageMakerEndpoints:
    return SageMakerEndpoints(session=boto_session_of(session))


def explaining_of(session: object, staged: Mapping[str, Path] | None = None) -> Explaining:
    """Explanations for `run_monitor` and `suggest_baseline`; arguments as in `models_of`."""
    return explaining(models_of(session, staged), endpoints_of(session))
