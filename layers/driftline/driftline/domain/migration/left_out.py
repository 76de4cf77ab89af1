"""What of a job definition has no counterpart, and why."""

from collections.abc import Callable, Iterator

from driftline.domain.migration.source import JobDefinition, SourceSchedule
from driftline.domain.migration.translated import LeftOut

PUBLISH = "publish_cloudwatch_metrics"
_KNOWN_VARIABLES = frozenset({PUBLISH, "problem_type", "analysis_type"})
"""Environment variables that were carried over, or that the type of the monitor says."""

_IMAGES = ("sagemaker-model-monitor-analyzer", "sagemaker-clarify-processing")


def own_image(definition: JobDefinition) -> str | None:
    """The image of a container that is not SageMaker's; None for SageMaker's own."""
    image = definition.app.image_uri
    return None if not image or any(known in image for known in _IMAGES) else image


def left_out_of(schedule: SourceSchedule) -> Iterator[LeftOut]:
    """All of it, in the order of the table, then variables by name."""
    for what, found_in, why, instead in _TABLE:
        found = found_in(schedule.definition)
        if found:
            yield LeftOut(what, found, why, instead)
    for name, value in sorted(schedule.definition.environment.items()):
        if name not in _KNOWN_VARIABLES:
            yield LeftOut(
                f"Environment.{name}",
                value,
                "SageMaker's container read it; here the monitor document says what a monitor does.",
                "Look whether the document has a field for it (docs/reference/monitor-document.md).",
            )


def _cluster(definition: JobDefinition) -> str:
    cluster = definition.resources.cluster_config
    if cluster.instance_type is None:
        return ""
    volume = f", {cluster.volume_size_in_gb} GB" if cluster.volume_size_in_gb else ""
    return f"{cluster.instance_count or 1} x {cluster.instance_type}{volume}"


def _network(definition: JobDefinition) -> str:
    network = definition.network
    isolated = ["EnableNetworkIsolation"] if network.enable_network_isolation else []
    encrypted = ["EnableInterContainerTrafficEncryption"] if network.enable_inter_container_traffic_encryption else []
    return ", ".join([*isolated, *encrypted])


def _vpc(definition: JobDefinition) -> str:
    config = definition.network.vpc_config or {}
    return "; ".join(f"{name}: {', '.join(values)}" for name, values in config.items() if values)


def _arguments(definition: JobDefinition) -> str:
    return " ".join([*(definition.app.container_entrypoint or ()), *(definition.app.container_arguments or ())])


def _runtime(definition: JobDefinition) -> str:
    return f"{definition.max_runtime_in_seconds} s" if definition.max_runtime_in_seconds else ""


_ROLE_WHY = "Each function of the stack has a role of its own."
_KEY = "Set the key as default encryption of the stack's bucket."

_TABLE: tuple[tuple[str, Callable[[JobDefinition], str], str, str], ...] = (
    ("ClusterConfig", _cluster, "Functions evaluate windows; there are no instances to choose.", ""),
    ("StoppingCondition", _runtime, "An execution takes seconds, and each function has a time limit.", ""),
    ("RoleArn", lambda it: it.role_arn or "", _ROLE_WHY, ""),
    ("MonitoringOutputs", lambda it: it.output_uri or "", "Reports are below reports/ of the stack's bucket.", ""),
    (
        "MonitoringOutputConfig.KmsKeyId",
        lambda it: it.output.kms_key_id or "",
        "Objects are encrypted as their bucket says.",
        _KEY,
    ),
    (
        "ClusterConfig.VolumeKmsKeyId",
        lambda it: it.resources.cluster_config.volume_kms_key_id or "",
        "There are no volumes: what a function has on its disk is encrypted by AWS.",
        "",
    ),
    ("NetworkConfig", _network, "Functions make no calls but those of AWS that their roles allow.", ""),
    (
        "NetworkConfig.VpcConfig",
        _vpc,
        "The stack's functions are not attached to a VPC.",
        "If buckets only answer within the VPC, their policies have to allow the functions' roles.",
    ),
    (
        "ContainerEntrypoint, ContainerArguments",
        _arguments,
        "There is no container.",
        "Look whether the document has a field for what they changed.",
    ),
    (
        "FeaturesAttribute",
        lambda it: it.input.features_attribute or "",
        "All of a JSON payload becomes columns, named by their paths.",
        "If other parts of the payload are no features, name them in columns.exclude.",
    ),
)
