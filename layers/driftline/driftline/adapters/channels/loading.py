"""The channels of a stack: from SSM and Secrets Manager, and email."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Protocol

from driftline.adapters.aws.topic import OperatorTopic
from driftline.adapters.channels.email import NAME as EMAIL
from driftline.adapters.channels.email import Email
from driftline.adapters.channels.settings import (
    AnySettings,
    PagerDutySettings,
    SlackSettings,
    TeamsSettings,
    WebhookSettings,
    read_settings,
)
from driftline.domain.errors import DriftlineError, InvalidInputError, RetryLaterError
from driftline.domain.incidents.message import Message
from driftline.domain.json_reading import load_json
from driftline.usecases.ports import Channel

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.parameters import SecretsProvider, SSMProvider

_MAX_AGE = 300  # seconds that settings are cached: a changed secret is used within five minutes
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")


class ChannelSources(Protocol):
    """Where channels are configured: the settings of notify_operator."""

    @property
    def channels_path(self) -> str | None:
        """Path of the SSM parameters, one per channel."""
        ...

    @property
    def channels_secret(self) -> str | None:
        """Name of a Secrets Manager secret with all channels: `{name: settings, …}`."""
        ...

    @property
    def operator_topic(self) -> str:
        """ARN of the topic that sends emails."""
        ...


class BrokenChannel:
    """A channel whose settings cannot be read. Its messages fail, with an error, and do not affect other channels.

    Args:
        known: If a whole source cannot be read: the names of the known channels. The source stands for every other
            name.
    """

    def __init__(self, name: str, error: DriftlineError, known: frozenset[str] | None = None) -> None:
        self.name = name
        self.digests = False
        self.error = error
        self._known = known

    def accepts(self, message: Message) -> bool:
        if not message.channels:
            return True
        return self.name in message.channels if self._known is None else not self._known.issuperset(message.channels)

    def send(self, message: Message, conversation: str | None) -> str | None:  # noqa: ARG002, the port's
        raise self.error


def load_channels(
    sources: ChannelSources,
    *,
    parameters: "SSMProvider | None" = None,
    secrets: "SecretsProvider | None" = None,
    topic: OperatorTopic | None = None,
) -> Sequence[Channel]:
    """All channels, sorted by name; email is first. If a name is in both places, SSM wins.

    Settings that cannot be read become a channel that fails when it is used: with an InvalidInputError that names the
    parameter and never a value, or with a RetryLaterError if SSM or Secrets Manager does not answer.

    Args:
        parameters: Powertools' provider; one per process unless given.
        secrets: Likewise.
        topic: Likewise.
    """
    found: dict[str, Channel] = {}
    unread: list[tuple[str, RetryLaterError | InvalidInputError]] = []
    if sources.channels_secret:
        try:
            found.update(_of_secret(sources.channels_secret, secrets or _secrets()))
        except (RetryLaterError, InvalidInputError) as error:
            unread.append(("(secret)", error))
    if sources.channels_path:
        try:
            found.update(_of_parameters(sources.channels_path, parameters or _parameters()))
        except (RetryLaterError, InvalidInputError) as error:
            unread.append(("(parameters)", error))
    email = Email(topic or OperatorTopic(sources.operator_topic))
    known = frozenset({EMAIL, *(channel.name for channel in found.values())})
    broken = [BrokenChannel(name, error, known) for name, error in unread]
    return [email, *(found[name] for name in sorted(found)), *broken]


def _of_parameters(path: str, provider: "SSMProvider") -> Mapping[str, Channel]:
    from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError  # noqa: PLC0415, brings boto3

    path = path.rstrip("/")
    try:
        # Nested parameters are read too, so that they are reported and not overlooked.
        texts = provider.get_multiple(path, decrypt=True, recursive=True, max_age=_MAX_AGE)
    except GetParameterError as error:
        raise RetryLaterError("the parameters of the channels cannot be read", where=path) from error
    return {name: _channel(name, str(text), f"{path}/{name}") for name, text in texts.items()}


def _of_secret(secret: str, provider: "SecretsProvider") -> Mapping[str, Channel]:
    from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError  # noqa: PLC0415, brings boto3

    try:
        text = provider.get(secret, max_age=_MAX_AGE)
    except GetParameterError as error:
        raise RetryLaterError("the secret of the channels cannot be read", where=secret) from error
    try:
        channels = load_json(text if isinstance(text, str) else "")
    except ValueError:
        channels = None  # the error would contain the text
    if not isinstance(channels, dict):
        raise InvalidInputError(
            "the secret of the channels is not a JSON object",
            where=secret,
            expected='{"<name>": {"kind": "slack", …}, …}',
        )
    return {name: _channel(name, _json(settings), f"{secret}: {name}") for name, settings in channels.items()}


def _json(settings: object) -> str:
    """The console of Secrets Manager stores values as text: such a text is the JSON itself."""
    return settings if isinstance(settings, str) else json.dumps(settings)


def _channel(name: str, text: str, where: str) -> Channel:
    if _NAME.fullmatch(name) is None or name == EMAIL:
        expected = f"1–63 letters, digits, dots, hyphens or underscores, and not {EMAIL}"
        # Under a name that no channel can have, so that it is not confused with email.
        return BrokenChannel(f"({name})", InvalidInputError("no name of a channel", where=where, expected=expected))
    try:
        settings = read_settings(text, where)
    except InvalidInputError as error:
        return BrokenChannel(name, error)
    return _build(name, settings)


def _build(name: str, settings: AnySettings) -> Channel:
    """Modules are imported on first use: slack_sdk alone takes 0.1 s."""
    match settings:
        case SlackSettings():
            from driftline.adapters.channels.slack import SlackBot, SlackWebhook  # noqa: PLC0415

            return SlackWebhook(name, settings) if settings.webhook_url is not None else SlackBot(name, settings)
        case TeamsSettings():
            from driftline.adapters.channels.teams import Teams  # noqa: PLC0415

            return Teams(name, settings)
        case PagerDutySettings():
            from driftline.adapters.channels.pagerduty import PagerDuty  # noqa: PLC0415

            return PagerDuty(name, settings)
        case WebhookSettings():
            from driftline.adapters.channels.webhook import Webhook  # noqa: PLC0415

            return Webhook(name, settings)


@cache
def _parameters() -> "SSMProvider":
    from aws_lambda_powertools.utilities.parameters import SSMProvider  # noqa: PLC0415, brings boto3
    from botocore.config import Config  # noqa: PLC0415

    return SSMProvider(boto_config=Config(retries={"mode": "standard", "max_attempts": 5}))


@cache
def _secrets() -> "SecretsProvider":
    from aws_lambda_powertools.utilities.parameters import SecretsProvider  # noqa: PLC0415, brings boto3
    from botocore.config import Config  # noqa: PLC0415

    return SecretsProvider(boto_config=Config(retries={"mode": "standard", "max_attempts": 5}))
