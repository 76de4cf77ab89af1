"""Slack, through slack_sdk: an incoming webhook, or a bot that keeps each incident in one thread.

slack_sdk provides Slack's calls and answers; the requests themselves go through `http.py`, so that they are bounded and
follow no redirects. Its own retries are off: the queue retries.
"""

import logging
from typing import Any, override
from urllib.request import Request

from slack_sdk import WebClient, WebhookClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookResponse

from driftline.adapters.channels import http
from driftline.adapters.channels.settings import SlackSettings, accepts
from driftline.domain.errors import InvalidInputError, RetryLaterError
from driftline.domain.incidents.message import Message, MessageKind
from driftline.presentation.messages.slack_blocks import slack_message

_BUSY = {
    "fatal_error",
    "internal_error",
    "message_limit_exceeded",
    "org_login_required",  # the workspace is being moved into an enterprise
    "rate_limited",
    "ratelimited",
    "request_timeout",
    "service_unavailable",
    "team_added_to_org",  # likewise
}
_NO_THREAD = {"cannot_reply_to_message", "restricted_action_thread_locked", "thread_not_found"}
_MEND_WEBHOOK = (
    "Create a new incoming webhook in Slack and put it into the channel's parameter (docs/guide/channels.md)."
)
_MEND_BOT = "Check the channel's token, its scope chat:write, and that the bot is a member of the Slack channel."

# slack_sdk logs addresses, which are secrets, and texts.
_SILENT = logging.getLogger("driftline.slack_sdk")
_SILENT.setLevel(logging.CRITICAL)
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


class SlackWebhook:
    """An incoming webhook. It cannot thread: each message names its incident in the footer."""

    def __init__(self, name: str, settings: SlackSettings) -> None:
        if settings.webhook_url is None:
            raise InvalidInputError("a Slack channel without a webhook_url", where=name)
        self.name = name
        self.digests = True if settings.digest is None else settings.digest
        self._settings = settings
        self._url = settings.webhook_url

    def accepts(self, message: Message) -> bool:
        return accepts(self.name, self._settings.severities, message)

    def send(self, message: Message, conversation: str | None) -> str | None:
        url = self._url.get_secret_value()
        payload = slack_message(message)
        client = _Webhook(url, retry_handlers=[], logger=_SILENT)
        response = client.send(text=payload["text"], blocks=payload["blocks"], unfurl_links=False, unfurl_media=False)
        answer = http.Answer(
            response.status_code,
            {key.lower(): value for key, value in response.headers.items()},
            response.body.encode(),
        )
        http.raise_for(answer, http.host_of(url), mend=_MEND_WEBHOOK, secrets=http.secret_parts(url))
        return conversation


class SlackBot:
    """A bot with `chat:write`. The first message of an incident opens a thread, the later ones are replies."""

    def __init__(self, name: str, settings: SlackSettings) -> None:
        if settings.token is None or settings.channel is None:
            raise InvalidInputError("a Slack channel without a token and a channel", where=name)
        self.name = name
        self.digests = True if settings.digest is None else settings.digest
        self._settings = settings
        self._channel = settings.channel
        self._client = _Web(
            token=settings.token.get_secret_value(),
            base_url=settings.api_url,
            retry_handlers=[],
            logger=_SILENT,
        )

    def accepts(self, message: Message) -> bool:
        return accepts(self.name, self._settings.severities, message)

    def send(self, message: Message, conversation: str | None) -> str | None:
        """Returns the thread's timestamp. An escalation is also shown in the Slack channel, not in the thread only.

        If the thread is gone, because its first message was deleted or the settings name another Slack channel, a new
        one is started.
        """
        try:
            return self._post(message, conversation)
        except SlackApiError as error:
            if conversation is None or _error(error) not in _NO_THREAD:
                raise _mapped(error) from None
        try:
            return self._post(message, None)
        except SlackApiError as error:
            raise _mapped(error) from None

    def _post(self, message: Message, thread: str | None) -> str | None:
        payload = slack_message(message)
        response = self._client.chat_postMessage(
            channel=self._channel,
            text=payload["text"],
            blocks=payload["blocks"],
            thread_ts=thread,
            reply_broadcast=True if thread and message.kind is MessageKind.ESCALATED else None,
            unfurl_links=False,
            unfurl_media=False,
            parse="none",
            link_names=False,
        )
        posted = response.get("ts")
        return thread or (str(posted) if posted else None)


def _error(error: SlackApiError) -> str:
    answer: Any = error.response.data
    return str(answer.get("error", "")) if isinstance(answer, dict) else ""


def _mapped(error: SlackApiError) -> InvalidInputError | RetryLaterError:
    response = error.response
    code = _error(error)
    answer = http.Answer(response.status_code, {key.lower(): value for key, value in response.headers.items()}, b"")
    if code in _BUSY:
        return RetryLaterError(f"Slack answers {code}", after=http.retry_after(answer.headers))
    try:
        http.raise_for(answer, "Slack", mend=_MEND_BOT)
    except (RetryLaterError, InvalidInputError) as mapped:
        return mapped
    # Slack refuses most requests with status 200 and a word such as channel_not_found.
    return InvalidInputError(f"Slack refuses the message: {code[:100]}", mend=_MEND_BOT)


class _Webhook(WebhookClient):
    @override
    def _perform_http_request_internal(self, url: str, req: Request) -> WebhookResponse:
        answer = http.post(url, _body(req), dict(req.header_items()))
        return WebhookResponse(url=url, status_code=answer.status, body=answer.text, headers=dict(answer.headers))


class _Web(WebClient):
    @override
    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        answer = http.post(url, _body(req), dict(req.header_items()))
        return {"status": answer.status, "headers": dict(answer.headers), "body": answer.text}


def _body(request: Request) -> bytes:
    return request.data if isinstance(request.data, bytes) else b""
