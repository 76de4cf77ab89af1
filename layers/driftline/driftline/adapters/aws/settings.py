"""The functions' settings: environment variables set in template.yaml."""

import os
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from driftline.domain.alarms.stack import Stack
from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.waiting import Waiter
from driftline.domain.monitors.defaults import SHIPPED, MetricsLevel, StackDefaults
from driftline.domain.unpacking import UNPACKED_BYTES

_Arn = Annotated[str, Field(pattern=r"^arn:[^:]+:[^:]+:[^:]*:[^:]*:.+$")]
_Optional = Annotated[str | None, BeforeValidator(lambda text: text or None)]
"""CloudFormation has no absent variables, only empty ones."""


class Settings(BaseModel):
    """Settings of every function. Each function's model adds its own; other variables are ignored."""

    # Deferred: a function builds the validator of its own model, and not of all those below.
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    bucket: str = Field(alias="BUCKET", min_length=1)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Reads the process's environment, unless another is given.

        Raises:
            InvalidInputError: names every variable that is missing or invalid, at the cold start.
        """
        try:
            return cls.model_validate(dict(os.environ if environment is None else environment))
        except ValidationError as error:
            wrong = [
                f"{details['loc'][0]} is missing"
                if details["type"] == "missing"
                else f"{details['loc'][0]} is {details['input']!r}: {details['msg']}"
                for details in error.errors()
            ]
            raise InvalidInputError(
                "; ".join(wrong), where="environment", mend="The stack's template sets these variables: deploy it."
            ) from None


class ResumeSettings(Settings):
    """For functions that wait for explanations, and the one that they wait for."""

    run_queue: str = Field(alias="RUN_QUEUE_URL", min_length=1)
    baseline_queue: str = Field(alias="BASELINE_QUEUE_URL", min_length=1)

    @property
    def resume_queues(self) -> Mapping[Waiter, str]:
        """By the function that waits."""
        return {"run_monitor": self.run_queue, "suggest_baseline": self.baseline_queue}


class ExplainSettings(ResumeSettings):
    """For explain_model."""

    explain_queue: str = Field(alias="EXPLAIN_QUEUE_URL", min_length=1)
    explain_tries: int = Field(default=5, alias="EXPLAIN_TRIES", ge=1)
    """How often a message is delivered."""


class NoticeSettings(Settings):
    """For functions that send notices to operators."""

    alarm_topic: _Arn = Field(alias="ALARM_TOPIC_ARN")


class DefaultsSettings(Settings):
    """For functions for which it matters what holds for documents that do not say."""

    default_dashboard: bool = Field(default=SHIPPED.dashboard, alias="DEFAULT_DASHBOARD")
    default_metrics: MetricsLevel = Field(default=SHIPPED.metrics, alias="DEFAULT_METRICS")
    default_top_features: int = Field(default=SHIPPED.top_features, alias="DEFAULT_TOP_FEATURES", ge=1, le=100)

    spread_minutes: int = Field(default=SHIPPED.spread_minutes, alias="SPREAD_MINUTES", ge=0)

    @property
    def defaults(self) -> StackDefaults:
        return StackDefaults(
            self.default_dashboard, self.default_metrics, self.default_top_features, self.spread_minutes
        )


class StackSettings(NoticeSettings, DefaultsSettings):
    """For functions that look after alarms."""

    stack_name: str = Field(alias="STACK_NAME", min_length=1, max_length=128, pattern=r"^[A-Za-z0-9-]+$")
    signals_namespace: str = Field(alias="SIGNALS_NAMESPACE", min_length=1, max_length=255)
    metrics_namespace: _Optional = Field(default=None, alias="METRICS_NAMESPACE")
    capture_bucket_names: str = Field(default="", alias="CAPTURE_BUCKETS")

    @property
    def capture_buckets(self) -> tuple[str, ...]:
        """Buckets that the stack may read captures from, besides its own."""
        return tuple(name for each in self.capture_bucket_names.split(",") if (name := each.strip()))

    @property
    def stack(self) -> Stack:
        """The stack is in the region of its topic."""
        _, partition, _, region, account, _ = self.alarm_topic.split(":", 5)
        return Stack(self.stack_name, partition, region, account, self.signals_namespace, self.metrics_namespace)


class ScheduleSettings(NoticeSettings):
    """For configure_monitor, which manages the schedules."""

    schedule_group: str = Field(alias="SCHEDULE_GROUP", min_length=1)
    schedule_target: _Arn = Field(alias="SCHEDULE_TARGET_ARN")
    schedule_role: _Arn = Field(alias="SCHEDULE_ROLE_ARN")
    schedule_dead_letters: _Arn = Field(alias="SCHEDULE_DEAD_LETTER_ARN")


class ConfigureSettings(ScheduleSettings, StackSettings):
    """For configure_monitor, which also manages alarms and dashboards."""

    retraining_topic: _Arn = Field(alias="RETRAINING_TOPIC_ARN")


class BaselineSettings(NoticeSettings, ResumeSettings):
    """For suggest_baseline, which also makes analyses."""

    analysis_requests: int = Field(default=0, alias="ANALYSIS_REQUESTS_PER_MONTH", ge=0)
    """To endpoints, of all analyses of a month."""


class RunSettings(ResumeSettings, DefaultsSettings):
    """For run_monitor. Without a namespace, metrics go to SageMaker's own, one per kind of monitor."""

    rerun_queue: str = Field(alias="RERUN_QUEUE_URL", min_length=1)
    """Windows that are evaluated again; with the queue of schedules, what it works through."""

    metrics_namespace: _Optional = Field(default=None, alias="METRICS_NAMESPACE")
    signals_namespace: _Optional = Field(default=None, alias="SIGNALS_NAMESPACE")
    """Without it, executions publish no signals for alarms."""


class FreshnessSettings(StackSettings):
    """For check_freshness."""

    configure_queue: str = Field(alias="CONFIGURE_QUEUE_URL", min_length=1)


class RerunSettings(Settings):
    """For functions that read new data, after which windows may have to be evaluated again."""

    max_unpacked_megabytes: int = Field(default=UNPACKED_BYTES >> 20, alias="MAX_UNPACKED_MEGABYTES", ge=1)
    """Maximum size of a capture or ground truth file, unpacked."""

    rerun_queue: str = Field(alias="RERUN_QUEUE_URL", min_length=1)
    rerun_delay: float = Field(alias="RERUN_DELAY_SECONDS", ge=0)


class CaptureSettings(RerunSettings):
    """For profile_capture."""

    profile_queue: str = Field(alias="PROFILE_QUEUE_URL", min_length=1)
    """Its own queue."""


class GroundTruthSettings(RerunSettings, DefaultsSettings):
    """For merge_ground_truth."""

    merge_queue: str = Field(alias="MERGE_QUEUE_URL", min_length=1)
    """Its own queue."""


class IndexSettings(Settings):
    """For render_report, which requests the page of all endpoints, and render_index, which makes it."""

    index_queue: str = Field(alias="INDEX_QUEUE_URL", min_length=1)
    index_delay: float = Field(default=70.0, alias="INDEX_DELAY_SECONDS", ge=0)


class NotifySettings(Settings):
    """For notify_operator."""

    stack_name: str = Field(alias="STACK_NAME", min_length=1)
    state_table: str = Field(alias="STATE_TABLE", min_length=1)
    alarm_queue: str = Field(alias="ALARM_QUEUE_URL", min_length=1)
    operator_topic: _Arn = Field(alias="OPERATOR_TOPIC_ARN")
    """Its subscribers get email."""
    channels_path: _Optional = Field(default=None, alias="CHANNELS_PATH")
    """SSM parameters below this path are channels."""
    channels_secret: _Optional = Field(default=None, alias="CHANNELS_SECRET")
    """A Secrets Manager secret that also holds channels."""
    reports_url: _Optional = Field(default=None, alias="REPORTS_URL")
    """Where reports are served; messages link there."""
    report_link_hours: int = Field(default=0, alias="REPORT_LINK_HOURS", ge=0, le=12)
    """Lifetime of signed links to reports that are not served; 0 for none."""


class TelemetrySettings(Settings):
    """For export_telemetry."""

    stack_name: str = Field(alias="STACK_NAME", min_length=1)
    telemetry_queue: str = Field(alias="TELEMETRY_QUEUE_URL", min_length=1)
    telemetry_parameter: str = Field(alias="TELEMETRY_PARAMETER", min_length=1)
    """Name of the SSM parameter that says where the collector is."""


class AdoptSettings(Settings):
    """For adopt_model."""

    state_table: str = Field(alias="STATE_TABLE", min_length=1)


class RetrainingSettings(Settings):
    """For start_retraining."""

    state_table: str = Field(alias="STATE_TABLE", min_length=1)
    stack_name: str = Field(alias="STACK_NAME", min_length=1)
    retraining_queue: str = Field(alias="RETRAINING_QUEUE_URL", min_length=1)
