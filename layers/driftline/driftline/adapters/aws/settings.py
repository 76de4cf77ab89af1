"""What template.yaml tells the functions through their environment."""

import os
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from driftline.domain.alarms.stack import Stack
from driftline.domain.errors import InvalidInputError

_Arn = Annotated[str, Field(pattern=r"^arn:[^:]+:[^:]+:[^:]*:[^:]*:.+$")]
_Optional = Annotated[str | None, BeforeValidator(lambda text: text or None)]
"""CloudFormation knows no absent variable, only an empty one."""


class Settings(BaseModel):
    """What every function knows. Each function's model adds what it alone needs; other variables are not ours."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    bucket: str = Field(alias="BUCKET", min_length=1)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Reads the process's environment, unless another is given.

        Raises:
            InvalidInputError: names every variable that is missing or wrong, at the cold start.
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


class NoticeSettings(Settings):
    """Of functions that tell operators something that no alarm does."""

    alarm_topic: _Arn = Field(alias="ALARM_TOPIC_ARN")


class ScheduleSettings(NoticeSettings):
    """Of configure_monitor, which keeps the schedules."""

    schedule_group: str = Field(alias="SCHEDULE_GROUP", min_length=1)
    schedule_target: _Arn = Field(alias="SCHEDULE_TARGET_ARN")
    schedule_role: _Arn = Field(alias="SCHEDULE_ROLE_ARN")
    schedule_dead_letters: _Arn = Field(alias="SCHEDULE_DEAD_LETTER_ARN")


class ConfigureSettings(ScheduleSettings):
    """Of configure_monitor, which keeps alarms and dashboards as well."""

    retraining_topic: _Arn = Field(alias="RETRAINING_TOPIC_ARN")
    stack_name: str = Field(alias="STACK_NAME", min_length=1, max_length=128, pattern=r"^[A-Za-z0-9-]+$")
    signals_namespace: str = Field(alias="SIGNALS_NAMESPACE", min_length=1, max_length=255)
    metrics_namespace: _Optional = Field(default=None, alias="METRICS_NAMESPACE")

    @property
    def stack(self) -> Stack:
        """The stack lives where its topic does."""
        _, partition, _, region, account, _ = self.alarm_topic.split(":", 5)
        return Stack(self.stack_name, partition, region, account, self.signals_namespace, self.metrics_namespace)


class RunSettings(Settings):
    """Of run_monitor. Without a namespace the metrics go to SageMaker's own, one for each kind of monitor."""

    metrics_namespace: _Optional = Field(default=None, alias="METRICS_NAMESPACE")
    signals_namespace: _Optional = Field(default=None, alias="SIGNALS_NAMESPACE")
    """Without it no alarm hears of an execution."""


class FreshnessSettings(Settings):
    """Of check_freshness."""

    signals_namespace: str = Field(alias="SIGNALS_NAMESPACE", min_length=1)


class RerunSettings(Settings):
    """Of functions that take something in, after which windows may have to be judged again."""

    rerun_queue: str = Field(alias="RERUN_QUEUE_URL", min_length=1)
    rerun_delay: float = Field(alias="RERUN_DELAY_SECONDS", ge=0)


class NotifySettings(Settings):
    """Of notify_operator."""

    stack_name: str = Field(alias="STACK_NAME", min_length=1)
    state_table: str = Field(alias="STATE_TABLE", min_length=1)
    alarm_queue: str = Field(alias="ALARM_QUEUE_URL", min_length=1)
    operator_topic: _Arn = Field(alias="OPERATOR_TOPIC_ARN")
    """Its subscribers get e-mail."""
    channels_path: _Optional = Field(default=None, alias="CHANNELS_PATH")
    """SSM parameters below it are channels."""
    channels_secret: _Optional = Field(default=None, alias="CHANNELS_SECRET")
    """A secret of Secrets Manager that holds channels, too."""
    reports_url: _Optional = Field(default=None, alias="REPORTS_URL")
    """Where reports are served; messages link there."""
    report_link_hours: int = Field(default=0, alias="REPORT_LINK_HOURS", ge=0, le=12)
    """How long signed links to reports should hold, if they are not served; 0 for none."""


class AdoptSettings(Settings):
    """Of adopt_model."""

    state_table: str = Field(alias="STATE_TABLE", min_length=1)


class RetrainingSettings(Settings):
    """Of start_retraining."""

    state_table: str = Field(alias="STATE_TABLE", min_length=1)
    stack_name: str = Field(alias="STACK_NAME", min_length=1)
    retraining_queue: str = Field(alias="RETRAINING_QUEUE_URL", min_length=1)
