"""Facts around an incident: silence, last execution, links, how to silence it."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from shlex import quote as shell_quoted
from urllib.parse import quote

from driftline.domain.alarms.names import WATCH
from driftline.domain.errors import InvalidInputError, ObjectNotFoundError
from driftline.domain.executions.files import SUMMARY
from driftline.domain.incidents.dead_letters import DeadLetters
from driftline.domain.incidents.incident import Incident
from driftline.domain.incidents.silence import group_silence_keys, parse_silence, silence_key
from driftline.domain.incidents.watching import is_watch, label_of, trouble
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.ownership import NOBODY
from driftline.kinds.kind import Kinds
from driftline.presentation.messages.escaping import web_link
from driftline.presentation.messages.findings import Findings, findings_of
from driftline.presentation.messages.incident_messages import Facts
from driftline.usecases.executions.last_execution import LastExecution, last_execution
from driftline.usecases.ports import ObjectStore, ReportLink, ReportLinks
from driftline.usecases.ports.dead_letters import DeadLetterQueues

_S3 = "s3://"
_PAGE = "report.html"
"""As in render_report, whose modules take long to import."""

_CONSOLE = "https://console.aws.amazon.com/s3"


def facts_about(
    incident: Incident,
    at: datetime,
    *,
    store: ObjectStore,
    letters: DeadLetterQueues,
    document: MonitorDocument | None,
    kinds: Kinds,
    links: ReportLinks,
    channels: tuple[str, ...] = (),
    others: Sequence[Incident] = (),
) -> Facts:
    """All available facts: a message is sent even if the execution behind it cannot be read.

    Args:
        at: When it happened.
        letters: Shows what an alarm on a dead-letter queue is about.
        document: The endpoint's document; None without a usable one.
        links: Links to report pages.
        channels: Names of the channels that it is for; empty for all.
        others: All incidents.
    """
    endpoint, subject = incident.endpoint, incident.subject
    if endpoint is None:
        return Facts(
            silence=f"aws cloudwatch disable-alarm-actions --alarm-names {shell_quoted(subject)}",
            letters=_letters(incident, letters),
            channels=channels,
        )
    silenced_as = WATCH if is_watch(subject) else subject
    ownership = document.ownership if document else NOBODY
    if _silenced(store, [silence_key(endpoint, silenced_as), *group_silence_keys(ownership)], at):
        return Facts(silenced=True)
    monitor = trouble(subject).monitor if is_watch(subject) else subject
    facts = Facts(
        silence=silence_command(store, endpoint, silenced_as),
        channels=channels,
        ownership=ownership,
        runbook=document.runbook_of(monitor or "") if document else None,
        others=_also_in_alarm(incident, others),
    )
    if is_watch(subject):
        last = last_execution(store, endpoint, monitor) if monitor else None
        failed = last if last and last.failed else None
        return _linked(
            replace(facts, unread=f"The last execution: {failed.reason}" if failed else ""), store, failed, links
        )
    last = last_execution(store, endpoint, subject)
    findings, unread = _findings(store, last, kinds)
    return _linked(replace(facts, findings=findings, unread=unread), store, last, links)


def _letters(incident: Incident, letters: DeadLetterQueues) -> DeadLetters | None:
    queue = next(filter(None, (incident.alarms[label].queue for label in incident.ringing)), "")
    return letters.look(queue) if queue else None


def _also_in_alarm(incident: Incident, others: Sequence[Incident]) -> tuple[tuple[str, datetime | None], ...]:
    """What else of the endpoint alarms, as (subject, since)."""
    of = [each for each in others if each.endpoint == incident.endpoint and each.subject != incident.subject]
    alarming = sorted((each for each in of if each.ringing), key=lambda each: each.subject)
    return tuple(
        (label_of(each.subject) if is_watch(each.subject) else each.subject, each.opened_at) for each in alarming
    )


def _silenced(store: ObjectStore, keys: Iterable[str], at: datetime) -> bool:
    """Whether a silence covers a moment. One that cannot be read has no effect: better one message too many."""
    for key in keys:
        found = store.find(key)
        with suppress(InvalidInputError):
            if found is not None and parse_silence(found.body, key).covers(at):
                return True
    return False


def _linked(facts: Facts, store: ObjectStore, last: LastExecution | None, links: ReportLinks) -> Facts:
    if last is None or not last.folder:
        return facts
    link = report_link(store, last, links)
    return replace(facts, link=link.url, files="" if link.lasting else store.uri(last.folder))


def silence_command(store: ObjectStore, endpoint: str, subject: str) -> str:
    place = store.uri("").rstrip("/")
    return f'driftline silence {endpoint} {subject} --for P1D --why "…" --store {shell_quoted(place)}'


def report_link(store: ObjectStore, last: LastExecution, links: ReportLinks) -> ReportLink:
    """The page of the report, which may be written while the message is on its way.

    A link that is too long for channels is replaced by the console's. For a failed execution it is the page that says
    why, or the page of the verdict that its window had before.
    """
    page = last.folder + _PAGE
    link = links.to(page)
    return ConsoleLinks(store).to(page) if web_link(link.url) is None else link


class ConsoleLinks:
    """ReportLinks to the S3 console, for people who may sign in, if pages are neither served nor signed.

    Args:
        store: The bucket with the pages. If a page does not exist yet, the link is to its folder.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def to(self, key: str) -> ReportLink:
        there = self._store.etag(key) is not None
        return ReportLink(console_link(self._store.uri(key if there else f"{key.rpartition('/')[0]}/")), lasting=True)


def console_link(uri: str) -> str:
    """The page of the S3 console for `s3://bucket/key`; anything else is unchanged.

    The console selects the account's region and partition after sign-in.
    """
    if not uri.startswith(_S3):
        return uri
    bucket, _, key = uri.removeprefix(_S3).partition("/")
    kind = "buckets" if key.endswith("/") or not key else "object"
    return f"{_CONSOLE}/{kind}/{bucket}?prefix={quote(key, safe='/')}"


def _findings(store: ObjectStore, last: LastExecution | None, kinds: Kinds) -> tuple[Findings | None, str]:
    if last is None:
        return None, "No execution is recorded; only CloudWatch's reason is known."
    if last.failed or not last.folder:
        return None, f"The last execution failed: {last.reason}"
    key = last.folder + SUMMARY
    try:
        return findings_of(kinds.envelope(store.get(key).body, store.uri(key))), ""
    except (ObjectNotFoundError, InvalidInputError) as error:
        return None, f"The last execution cannot be read: {error}"
