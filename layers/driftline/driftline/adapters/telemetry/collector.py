"""A collector of OTLP over HTTP: where it is, and one request to it."""

import re
from functools import cache
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from driftline.adapters.channels.http import check_url, host_of, post, raise_for, secret_words, without
from driftline.domain.errors import InvalidInputError, RetryLaterError
from driftline.domain.json_reading import load_json

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.parameters import SSMProvider

_MAX_AGE = 300  # seconds that settings are cached: a changed secret is used within five minutes
_LONGEST_REASON = 200  # characters
_PATHS = ("/v1/metrics", "/v1/logs")
_MEND = "docs/guide/opentelemetry.md shows the settings; write the parameter again, and redrive the dead letters."


def _endpoint(url: str) -> str:
    """The paths of OTLP are appended, so that nothing may follow the path, and it must not have them already."""
    parts = urlsplit(check_url(url))
    if parts.query or parts.fragment:
        raise ValueError("it ends in a query or a fragment; put keys into headers")
    if (path := parts.path.rstrip("/")).endswith(_PATHS):
        raise ValueError(f"it ends in {path[path.rindex('/v1/') :]}, which is appended")
    return url


def _header(secret: SecretStr) -> SecretStr:
    if re.fullmatch(r"[ -~]+", secret.get_secret_value()) is None:
        raise ValueError("it is empty, or contains characters that a header cannot have")
    return secret


class CollectorSettings(BaseModel):
    """The parameter's JSON. Neither a repr nor a log shows the headers' values."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    endpoint: Annotated[str, AfterValidator(_endpoint)]
    """Address without /v1/metrics and /v1/logs, as in OTEL_EXPORTER_OTLP_ENDPOINT."""

    headers: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")], Annotated[SecretStr, AfterValidator(_header)]] = {}
    metrics: bool = True
    logs: bool = True


class Collector:
    """Sends requests as the settings say."""

    def __init__(self, settings: CollectorSettings) -> None:
        self.settings = settings
        self._headers = {name: value.get_secret_value() for name, value in settings.headers.items()}

    def send(self, signal: str, body: bytes) -> str:
        """One request.

        Args:
            signal: `metrics` or `logs`.

        Returns:
            What the collector refused of it, in its words; empty if it took all.

        Raises:
            RetryLaterError: it does not answer, or asks for another time.
            InvalidInputError: it refuses the request, which would not help to repeat.
        """
        url = f"{self.settings.endpoint.rstrip('/')}/v1/{signal}"
        answer = post(url, body, {"Content-Type": "application/json", **self._headers})
        secrets = secret_words(self._headers.values())
        raise_for(answer, host_of(url), mend=_MEND, secrets=secrets)
        return without(secrets, _refused(answer.body))[:_LONGEST_REASON]


def load_collector(parameter: str, provider: "SSMProvider | None" = None) -> Collector:
    """The collector that an SSM parameter describes, read again after five minutes.

    Raises:
        RetryLaterError: the parameter cannot be read.
        InvalidInputError: its value is not what it should be; values are not repeated.
    """
    from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError  # noqa: PLC0415, brings boto3

    try:
        text = (provider or _parameters()).get(parameter, decrypt=True, max_age=_MAX_AGE)
    except GetParameterError as error:
        raise RetryLaterError("the parameter of the collector cannot be read", where=parameter) from error
    try:
        return Collector(CollectorSettings.model_validate_json(str(text)))
    except ValidationError as error:
        found = [_wording(details["type"], details["loc"], details["msg"]) for details in error.errors()]
    raise InvalidInputError(
        "; ".join(found), where=parameter, expected='JSON such as {"endpoint": "https://…"}', mend=_MEND
    )


def _wording(kind: str, location: tuple[int | str, ...], text: str) -> str:
    if kind == "json_invalid":
        return "it is not JSON"  # pydantic's text repeats some of it
    return f"{'.'.join(map(str, location))}: {text.removeprefix('Value error, ')}"


def _refused(body: bytes) -> str:
    """The message of a partial success. Collectors answer with JSON, protobuf or nothing; only JSON is read."""
    try:
        partial = load_json(body)["partialSuccess"]
        refused = any(int(partial.get(name, 0)) for name in ("rejectedDataPoints", "rejectedLogRecords"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
    return str(partial.get("errorMessage") or "some were refused") if refused else ""


@cache
def _parameters() -> "SSMProvider":
    from aws_lambda_powertools.utilities.parameters import SSMProvider  # noqa: PLC0415, brings boto3
    from botocore.config import Config  # noqa: PLC0415

    return SSMProvider(boto_config=Config(retries={"mode": "standard", "max_attempts": 5}))
