"""The settings of a channel in SSM or Secrets Manager: one JSON object per channel.

Secrets are `SecretStr`: neither a repr nor a log shows them. Errors name the fields, never the values.
"""

import re
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from driftline.adapters.channels.http import check_url
from driftline.domain.alarms.severity import Severity
from driftline.domain.errors import InvalidInputError
from driftline.domain.incidents.message import Message, MessageKind

_SLACK_API = "https://slack.com/api/"
_PAGERDUTY_API = "https://events.pagerduty.com/v2/enqueue"


def _secret_url(url: SecretStr) -> SecretStr:
    check_url(url.get_secret_value())
    return url


def _headers_only(secret: SecretStr) -> SecretStr:
    if re.fullmatch(r"[!-~]+", secret.get_secret_value()) is None:
        raise ValueError("it contains spaces or non-ASCII characters")
    return secret


type SecretUrl = Annotated[SecretStr, AfterValidator(_secret_url)]
type Url = Annotated[str, AfterValidator(check_url)]
type Token = Annotated[SecretStr, AfterValidator(_headers_only)]


class ChannelSettings(BaseModel):
    """What all channels have."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    severities: Annotated[frozenset[Severity], Field(min_length=1)] = frozenset(Severity)
    """Which messages the channel receives. A notice counts as a warning, a recovery like its incident."""

    digest: bool | None = None
    """Whether many alike incidents are one message. Default: for people, so not for pagerduty and webhook."""


class SlackSettings(ChannelSettings):
    """An incoming webhook, or a bot's token and a channel."""

    kind: Literal["slack"]
    webhook_url: SecretUrl | None = None
    token: Token | None = None
    channel: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    api_url: Url = _SLACK_API

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.webhook_url is None) == (self.token is None):
            raise ValueError("it needs either webhook_url, or token and channel")
        if (self.token is None) != (self.channel is None):
            raise ValueError("token and channel must both be set")
        return self


class TeamsSettings(ChannelSettings):
    kind: Literal["teams"]
    webhook_url: SecretUrl


class PagerDutySettings(ChannelSettings):
    kind: Literal["pagerduty"]
    routing_key: Annotated[Token, Field(min_length=16, max_length=64)]
    api_url: Url = _PAGERDUTY_API


class WebhookSettings(ChannelSettings):
    kind: Literal["webhook"]
    url: SecretUrl
    secret: Annotated[SecretStr, Field(min_length=16, max_length=1024)]


type AnySettings = Annotated[
    SlackSettings | TeamsSettings | PagerDutySettings | WebhookSettings, Field(discriminator="kind")
]
_SETTINGS: TypeAdapter[AnySettings] = TypeAdapter(AnySettings)


def read_settings(text: str, where: str) -> AnySettings:
    """A channel's settings from a JSON text.

    Args:
        where: Name of the parameter, or of the secret and the key in it.

    Raises:
        InvalidInputError: names the parameter and the fields, but no value; pydantic's own error is not in its chain.
    """
    try:
        return _SETTINGS.validate_json(text)
    except ValidationError as error:
        found = [_wording(details["type"], details["loc"], details["msg"]) for details in error.errors()]
    raise InvalidInputError(
        "; ".join(found),
        where=where,
        expected='JSON such as {"kind": "slack", "webhook_url": "https://…"}',
        mend="Write the parameter again; docs/guide/channels.md shows the settings of each kind.",
    )


def accepts(name: str, severities: frozenset[Severity], message: Message) -> bool:
    """Whether a channel receives a message: it is addressed to the channel, and has one of its severities."""
    severity = Severity.WARNING if message.kind is MessageKind.NOTICE else message.severity
    return (not message.channels or name in message.channels) and severity in severities


def _wording(kind: str, location: tuple[int | str, ...], text: str) -> str:
    """One of pydantic's errors. In the first two cases its text may repeat a value, so they get their own texts."""
    field = ".".join(str(part) for part in location if part not in {"slack", "teams", "pagerduty", "webhook"})
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        return "kind is missing or not one of slack, teams, pagerduty, webhook"
    if kind == "json_invalid":
        return "it is not JSON"
    reason = text.removeprefix("Value error, ")
    return f"{field}: {reason}" if field else reason
