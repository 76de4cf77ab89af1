"""Microsoft Teams, through the webhook of a workflow. It cannot thread: each card names its incident."""

import json

from driftline.adapters.channels import http
from driftline.adapters.channels.settings import TeamsSettings, accepts
from driftline.domain.errors import RetryLaterError
from driftline.domain.incidents.message import Message
from driftline.presentation.messages.adaptive_card import adaptive_card_message

_THROTTLED = b"HTTP error 429"
"""What the older connectors answer, with status 200, when Teams throttles:
https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using"""

_MEND = "Check the workflow in Teams, and put the address of its webhook into the channel's parameter."


class Teams:
    """The answer is 202 before Teams shows the card: a workflow that fails later shows it in its run history only."""

    def __init__(self, name: str, settings: TeamsSettings) -> None:
        self.name = name
        self.digests = True if settings.digest is None else settings.digest
        self._settings = settings

    def accepts(self, message: Message) -> bool:
        return accepts(self.name, self._settings.severities, message)

    def send(self, message: Message, conversation: str | None) -> str | None:
        url = self._settings.webhook_url.get_secret_value()
        body = json.dumps(adaptive_card_message(message), ensure_ascii=False, allow_nan=False).encode()
        answer = http.post(url, body, {"Content-Type": "application/json; charset=utf-8"})
        http.raise_for(answer, http.host_of(url), mend=_MEND, secrets=http.secret_parts(url))
        if _THROTTLED in answer.body:
            raise RetryLaterError(f"{http.host_of(url)} answers 429", after=http.retry_after(answer.headers))
        return conversation
