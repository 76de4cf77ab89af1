"""PagerDuty, through its Events API v2. The incident's id is the deduplication key, so no state is needed."""

import json

from driftline.adapters.channels import http
from driftline.adapters.channels.settings import PagerDutySettings, accepts
from driftline.domain.incidents.message import Message
from driftline.presentation.messages.pagerduty_event import pagerduty_event

_MEND = "Compare the service's integration key (Events API v2) in PagerDuty with the channel's parameter."


class PagerDuty:
    def __init__(self, name: str, settings: PagerDutySettings) -> None:
        self.name = name
        self.digests = False if settings.digest is None else settings.digest
        self._settings = settings

    def accepts(self, message: Message) -> bool:
        return accepts(self.name, self._settings.severities, message)

    def send(self, message: Message, conversation: str | None) -> str | None:
        key = self._settings.routing_key.get_secret_value()
        event = {"routing_key": key, **pagerduty_event(message)}
        body = json.dumps(event, ensure_ascii=False, allow_nan=False).encode()
        url = self._settings.api_url
        answer = http.post(url, body, {"Content-Type": "application/json"})
        http.raise_for(answer, http.host_of(url), mend=_MEND, secrets=[key])
        return conversation
