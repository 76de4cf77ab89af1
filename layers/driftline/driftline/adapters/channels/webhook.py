"""A webhook of your own: the message as JSON, signed."""

import json
import time
from collections.abc import Callable

from driftline.adapters.channels import http
from driftline.adapters.channels.settings import WebhookSettings, accepts
from driftline.domain.incidents.message import Message
from driftline.presentation.messages.signed_webhook import SIGNATURE_HEADER, signature, webhook_document

_MEND = "Check the receiver's address, and that both sides have the same secret."


class Webhook:
    """Signs at the time of sending, so that receivers can refuse old messages.

    Args:
        clock: Seconds since the epoch.
    """

    def __init__(self, name: str, settings: WebhookSettings, clock: Callable[[], float] = time.time) -> None:
        self.name = name
        self.digests = False if settings.digest is None else settings.digest
        self._settings = settings
        self._clock = clock

    def accepts(self, message: Message) -> bool:
        return accepts(self.name, self._settings.severities, message)

    def send(self, message: Message, conversation: str | None) -> str | None:
        url, secret = self._settings.url.get_secret_value(), self._settings.secret.get_secret_value()
        body = json.dumps(webhook_document(message), ensure_ascii=False, allow_nan=False).encode()
        headers = {
            "Content-Type": "application/json",
            SIGNATURE_HEADER: signature(secret, int(self._clock()), body),
        }
        answer = http.post(url, body, headers)
        http.raise_for(answer, http.host_of(url), mend=_MEND, secrets=[secret, *http.secret_parts(url)])
        return conversation
