"""A transform job has the place of an endpoint: its captures are read as those of an endpoint of its name."""

from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import CAPTURE
from driftline.kinds.registry import KINDS
from driftline.sagemaker.batch_transform_input import BatchTransformInput
from driftline.sagemaker.dataset_format import check_transform_format
from driftline.sagemaker.endpoint_input import EndpointInput
from driftline.sagemaker.locations import whole
from driftline.sagemaker.schedules import endpoint_of
from driftline.sagemaker.session import Session
from driftline.usecases.monitors.monitor_documents import captures_of, find_document


def endpoint_or_job(
    endpoint: "EndpointInput | str | None", batch: BatchTransformInput | None, session: Session, where: str
) -> EndpointInput:
    """What a schedule monitors.

    Raises:
        InvalidInputError: both were passed, or none, or an argument of it cannot be honoured.
    """
    if batch is None:
        return endpoint_of(endpoint, where)
    if endpoint is not None:
        raise InvalidInputError(
            "an endpoint and a transform job", where=where, expected="endpoint_input or batch_transform_input"
        )
    check_transform_format(batch.dataset_format)
    job = EndpointInput(
        _name(batch.data_captured_destination_s3_uri, session),
        batch.destination,
        start_time_offset=batch.start_time_offset,
        end_time_offset=batch.end_time_offset,
        features_attribute=batch.features_attribute,
        inference_attribute=batch.inference_attribute,
        probability_attribute=batch.probability_attribute,
        probability_threshold_attribute=batch.probability_threshold_attribute,
        exclude_features_attribute=batch.exclude_features_attribute,
    )
    return endpoint_of(job, where)


def _name(destination: str, session: Session) -> str:
    """
    Raises:
        InvalidInputError: the stack reads no captures there.
    """
    name = destination.rstrip("/").rpartition("/")[2]
    document = find_document(session.store, name, kinds=KINDS) if name else None
    captures = captures_of(document, session.store, session.stores) if document else session.store
    prefix = document.capture.prefix if document else CAPTURE
    if not name or whole(destination).rstrip("/") != captures.uri(f"{prefix}{name}").rstrip("/"):
        shown = name or "<name>"
        raise InvalidInputError(
            "captures of a transform job are not read there",
            where=f"data_captured_destination_s3_uri={destination!r}",
            expected=captures.uri(f"{prefix}{shown}"),
            mend="Pass that to the job's BatchDataCaptureConfig, too. To keep the bucket, first write the document "
            f"monitors/{shown}.yaml with capture: {{bucket: …, prefix: …}}.",
        )
    return name
