"""SageMaker's endpoints and model registry: which model an endpoint serves, and what its package contains."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from driftline.adapters.aws.clients import client_of
from driftline.domain.errors import InvalidInputError, RetryLaterError
from driftline.domain.models.package import (
    BASELINE_PROPERTY,
    ENDPOINT_PROPERTY,
    ModelPackage,
    ServedModel,
)

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

type DriftCheckBaselines = Mapping[str, Mapping[str, tuple[str, str]]]

_LATER = frozenset({"ThrottlingException", "TooManyRequestsException", "ServiceUnavailable", "InternalFailure"})
_DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
_UNKNOWN = ("could not find", "does not exist", "not found", "cannot find")
"""SageMaker answers ValidationException for what does not exist; only the message tells it from a bad request."""


class SageMakerModels:
    """Models.

    Args:
        drift_check_baselines: By monitor, where the files of its baseline are in DriftCheckBaselines: part and field
            by file.
        client: A boto3 SageMaker client; created unless given.
    """

    def __init__(self, drift_check_baselines: DriftCheckBaselines, client: "SageMakerClient | None" = None) -> None:
        self._baselines = drift_check_baselines
        self._client = client or client_of("sagemaker")

    def served(self, endpoint: str, variant: str | None) -> ServedModel | None:
        found = self._ask(self._client.describe_endpoint, EndpointName=endpoint)
        if found is None:
            return None
        in_service, at = found["EndpointStatus"] == "InService", found["LastModifiedTime"]
        config = self._ask(self._client.describe_endpoint_config, EndpointConfigName=found["EndpointConfigName"])
        if config is None:
            return ServedModel(in_service=False, at=at)
        weights = {each["VariantName"]: each.get("CurrentWeight") for each in found.get("ProductionVariants", ())}
        chosen = _variant(config["ProductionVariants"], weights, variant)
        if chosen is None:
            return ServedModel(in_service, at, variant=variant or "")
        name = chosen["VariantName"]
        model = self._ask(self._client.describe_model, ModelName=chosen["ModelName"]) if "ModelName" in chosen else None
        if model is None:
            return ServedModel(in_service, at, variant=name)
        return ServedModel(in_service, at, model["ModelName"], model["CreationTime"], _package_of(model), name)

    def package(self, name: str) -> ModelPackage | None:
        found = self._ask(self._client.describe_model_package, ModelPackageName=name)
        if found is None:
            return None
        given = found.get("DriftCheckBaselines", {})
        brought = {monitor: _files(given, places) for monitor, places in self._baselines.items()}
        baselines = {monitor: files for monitor, files in brought.items() if files}
        metadata = found.get("CustomerMetadataProperties", {})
        return ModelPackage(
            found["ModelPackageArn"],
            found.get("ModelApprovalStatus") == "Approved",
            metadata.get(ENDPOINT_PROPERTY),
            baselines,
            metadata.get(BASELINE_PROPERTY),
        )

    def _ask(self, describe: Callable[..., Any], **name: str) -> dict[str, Any] | None:
        try:
            return dict(describe(**name))
        except self._client.exceptions.ClientError as error:
            code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
            if code in _LATER:
                raise RetryLaterError(f"SageMaker cannot answer now: {code}", where=next(iter(name.values()))) from None
            if code in _DENIED:
                raise InvalidInputError(
                    f"adopt_model may not read it: {message}",
                    where=next(iter(name.values())),
                    mend="If it belongs to another account, its model package group must be shared.",
                ) from None
            if code == "ResourceNotFound" or any(words in message.lower() for words in _UNKNOWN):
                return None
            raise


def _variant(
    variants: list[Mapping[str, Any]], weights: Mapping[str, float | None], wanted: str | None
) -> Mapping[str, Any] | None:
    """The requested variant, or the one with the largest weight; None if there is none."""

    def weight(each: Mapping[str, Any]) -> float:
        now = weights.get(each["VariantName"])
        return float(each.get("InitialVariantWeight", 1.0) if now is None else now)

    candidates = [each for each in variants if wanted in {None, each["VariantName"]}]
    return min(candidates, key=lambda each: (-weight(each), each["VariantName"]), default=None)


def _package_of(model: Mapping[str, Any]) -> str | None:
    """The first container with a package: in an inference pipeline the others prepare its input."""
    containers = [model.get("PrimaryContainer", {}), *model.get("Containers", ())]
    return next((str(each["ModelPackageName"]) for each in containers if each.get("ModelPackageName")), None)


def _files(given: Mapping[str, Any], places: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    uris = {name: given.get(part, {}).get(field, {}).get("S3Uri") for name, (part, field) in places.items()}
    return {name: uri for name, uri in uris.items() if uri}
