"""A monitoring schedule as a monitor: which fields of the document say the same."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from driftline.domain.capture.captured import Captured, CaptureState
from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import CAPTURE
from driftline.domain.migration.left_out import PUBLISH, left_out_of, own_image
from driftline.domain.migration.source import JobDefinition, SourceSchedule
from driftline.domain.migration.translated import (
    CapturePlace,
    LeftOut,
    MonitorType,
    TranslatedMonitor,
    Wanted,
)
from driftline.domain.monitors.comparison import Compared
from driftline.domain.monitors.fields import NAME

_NOW = "NOW"
_DAILY = "cron(0 0 ? * * *)"
_STATISTICS, _CONFIG = "statistics.json", "analysis_config.json"
_ATTRIBUTES = ("inference_attribute", "probability_attribute", "probability_threshold_attribute")
_POSITION = re.compile(r"\d+")
_NO_SCRIPT_NAME = re.compile(r"[^A-Za-z0-9_.-]+")


def translate(
    schedule: SourceSchedule,
    kind: MonitorType,
    capture: Captured | None,
    *,
    own_bucket: str | None,
    comparison: Compared,
) -> TranslatedMonitor:
    """The monitor that does what the schedule does.

    Args:
        kind: That of the schedule's type.
        capture: Of the endpoint; None if there is no such endpoint any more, or for batch transform jobs.
        own_bucket: The stack's bucket; None for a folder, which stands for any.
        comparison: `sagemaker` to alarm where SageMaker did.

    Raises:
        InvalidInputError: there can be no such monitor, for a reason that the error says.
    """
    definition = schedule.definition
    image = own_image(definition)
    if image is not None:
        raise InvalidInputError(
            f"it runs a container of your own, {image}",
            where=schedule.name,
            expected="SageMaker's own analyzer, whose rules Driftline has",
            mend="Let a postprocessing script do what the container did, and write the monitor by hand.",
        )
    endpoint, place, about_captures = _captures(schedule, capture, own_bucket)
    fields, about_fields = _fields(schedule, kind, comparison)
    if capture is None and not definition.batch:
        fields["enabled"] = False
    excluded, about_columns = _excluded(definition)
    return TranslatedMonitor(
        schedule=schedule.name,
        endpoint=endpoint,
        kind=kind.name,
        fields=fields,
        exclude=excluded,
        capture=place,
        baseline=tuple(_baseline(definition, kind)),
        baselining_job=definition.baseline.baselining_job_name,
        scripts=dict(_scripts(definition)),
        left_out=(
            *about_captures,
            *about_fields,
            *about_columns,
            *_labels(definition, endpoint, own_bucket),
            *left_out_of(schedule),
        ),
    )


def _fields(
    schedule: SourceSchedule, kind: MonitorType, comparison: Compared
) -> tuple[dict[str, object], list[LeftOut]]:
    definition, left_out = schedule.definition, list[LeftOut]()
    fields: dict[str, object] = {"schedule": schedule.expression or _DAILY}
    if schedule.expression is None:
        why = "SageMaker chose an hour of the day, which it does not say; here it is midnight."
        left_out.append(LeftOut("ScheduleExpression", "none", why, "Choose another hour in schedule."))
    elif schedule.expression == _NOW:
        fields["schedule"] = _DAILY
        why = "It ran once, when it was created. The monitor is not enabled; its schedule is a placeholder."
        left_out.append(LeftOut("ScheduleExpression", _NOW, why, "Run it by hand: driftline run --start … --end …"))
    if schedule.status == "Stopped" or schedule.expression == _NOW:
        fields["enabled"] = False
    fields["schedule_name"] = schedule.name
    start = schedule.start or definition.input.start_time_offset
    end = schedule.end or definition.input.end_time_offset
    if start is not None:
        fields["window"] = {"start_offset": start, "end_offset": end or "PT0H"}
    of_batches = kind.namespace.replace("/Endpoints/", "/ModelMonitoring/")
    fields["namespace"] = of_batches if definition.batch else kind.namespace
    if definition.batch:
        why = "SageMaker's metrics of batch transform jobs have no dimension Endpoint; Driftline's do."
        left_out.append(LeftOut("dimensions of metrics", "MonitoringSchedule", why, "Add Endpoint to their alarms."))
    if "problem_type" in kind.fields and definition.app.problem_type:
        fields["problem_type"] = definition.app.problem_type
    for name in _ATTRIBUTES:
        value = getattr(definition.input, name)
        if value is not None and name in kind.fields:
            fields[name] = value
    fields["comparison"] = comparison
    fields["metrics"] = "all" if definition.environment.get(PUBLISH, "Enabled") == "Enabled" else "none"
    return fields, left_out


def _captures(
    schedule: SourceSchedule, capture: Captured | None, own_bucket: str | None
) -> tuple[str, CapturePlace | None, list[LeftOut]]:
    """(name of the endpoint, where its captures are, what is to be said about that)."""
    definition = schedule.definition
    if definition.batch:
        uri = definition.input.data_captured_destination_s3_uri or ""
        bucket, path = bucket_and_key(uri)
        folder, _, name = path.strip("/").rpartition("/")
        if not re.fullmatch(NAME, name, re.ASCII):
            raise InvalidInputError(
                f"the captures of the batch transform jobs are in {uri}, whose last folder is no name for an endpoint",
                where=schedule.name,
                expected="s3://<bucket>/<prefix>/<name>",
                mend="Let the jobs capture to such a folder, and write the monitor by hand.",
            )
        place, left_out = _place(bucket, f"{folder}/" if folder else "", own_bucket)
        return name, place, left_out
    name = definition.input.endpoint_name or ""
    if capture is None:
        why = "There is no such endpoint any more, so the monitor is not enabled."
        mend = "If the endpoint comes back, say where its captures are (capture), and remove enabled: false."
        return name, None, [LeftOut("EndpointName", name, why, mend)]
    if capture.state is not CaptureState.ON or not capture.destination:
        why = "The endpoint does not capture data, so there is nothing to evaluate."
        mend = "Update the endpoint with a DataCaptureConfig whose destination is s3://<bucket of the stack>/capture/."
        return name, None, [LeftOut("DataCaptureConfig", "off", why, mend)]
    bucket, path = bucket_and_key(capture.destination)
    place, left_out = _place(bucket, f"{path.strip('/')}/" if path.strip("/") else "", own_bucket)
    return name, place, left_out


def _place(bucket: str, prefix: str, own_bucket: str | None) -> tuple[CapturePlace | None, list[LeftOut]]:
    if bucket != own_bucket:
        where = f"s3://{bucket}/{prefix}"
        why = "The stack reads captures of buckets that it was given."
        mend = f"Deploy it with CaptureBucketName={bucket}, and turn on that bucket's EventBridge notifications."
        return CapturePlace(bucket, prefix), [LeftOut("DestinationS3Uri", where, why, mend)]
    if prefix.startswith(CAPTURE):
        return CapturePlace(None, prefix), []
    why = f"In its own bucket, the stack listens to {CAPTURE} only."
    mend = f"Let the endpoint capture to s3://{bucket}/{CAPTURE}."
    return None, [LeftOut("DestinationS3Uri", f"s3://{bucket}/{prefix}", why, mend)]


def _excluded(definition: JobDefinition) -> tuple[tuple[str, ...], list[LeftOut]]:
    """Names of columns to leave out. SageMaker takes positions, too, whose names it does not know."""
    text = definition.input.exclude_features_attribute or ""
    names = [name for each in text.split(",") if (name := each.strip())]
    positions = [name for name in names if _POSITION.fullmatch(name)]
    if not positions:
        return tuple(names), []
    why = "It names columns by their position; the document leaves out columns by their name."
    mend = "Name them in columns.exclude."
    return tuple(name for name in names if name not in positions), [
        LeftOut("ExcludeFeaturesAttribute", ", ".join(positions), why, mend)
    ]


def _labels(definition: JobDefinition, endpoint: str, own_bucket: str | None) -> Iterator[LeftOut]:
    if definition.ground_truth is None:
        return
    source = definition.ground_truth.rstrip("/")
    wanted = f"s3://{own_bucket or '<bucket of the stack>'}/ground-truth/{endpoint}"
    if source != wanted:
        why = "Labels are read below ground-truth/<endpoint>/ of the stack's bucket, in the same form."
        mend = f"Have them written to {wanted}/, and copy those that there are: aws s3 sync {source} {wanted}"
        yield LeftOut("GroundTruthS3Input", definition.ground_truth, why, mend)


def _baseline(definition: JobDefinition, kind: MonitorType) -> Iterator[Wanted]:
    """The files of the kind's baseline: where the schedule says, or next to what it says."""
    constraints = definition.baseline.constraints_resource.s3_uri
    statistics = definition.baseline.statistics_resource.s3_uri
    for name in kind.files:
        stated = statistics if name == _STATISTICS else constraints
        beside = constraints if name == _STATISTICS else statistics
        uris = [stated] if stated else [f"{beside.rpartition('/')[0]}/{name}"] if beside else []
        yield Wanted(name, tuple(uris), stated=bool(stated))
    if _CONFIG in kind.companions and definition.app.config_uri:
        yield Wanted(_CONFIG, (definition.app.config_uri,))


def _scripts(definition: JobDefinition) -> Iterator[tuple[str, Wanted]]:
    app = definition.app
    uris = {"preprocess": app.record_preprocessor_source_uri, "postprocess": app.post_analytics_processor_source_uri}
    for field, uri in uris.items():
        if uri:
            name = _NO_SCRIPT_NAME.sub("-", uri.rstrip("/").rpartition("/")[2]).strip("-.") or field
            yield field, Wanted(name if name.endswith(".py") else f"{name}.py", (uri,))


def bucket_and_key(uri: str) -> tuple[str, str]:
    """Of an S3 URI.

    Raises:
        InvalidInputError: it is none.
    """
    parts = urlsplit(uri)
    if parts.scheme != "s3" or not parts.netloc:
        raise InvalidInputError(f"{uri!r} is no S3 URI", expected="s3://<bucket>/<key>")
    return parts.netloc, uri.removeprefix(f"s3://{parts.netloc}").removeprefix("/")


def unknown_type(schedule: SourceSchedule, known: Mapping[str, MonitorType]) -> InvalidInputError:
    """The error of a type that SageMaker has and Driftline does not."""
    return InvalidInputError(
        f"its type is {schedule.monitoring_type}", where=schedule.name, expected=f"one of {', '.join(known)}"
    )
