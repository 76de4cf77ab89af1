"""A new model reaches an endpoint: puts its baseline into use, logs the model, notifies people.

Order of the side effects: baselines, event, and last the entry in the model log, which records that it is done. A
repeated event finds the entry and does nothing; after an interruption it does the rest. Only one event of an endpoint
is processed at a time: otherwise the older model's baseline could overwrite the newer one's.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from driftline.domain.errors import InvalidInputError
from driftline.domain.instants import format_instant
from driftline.domain.keys import REPORTS, document_key
from driftline.domain.models.announcement import Announcement
from driftline.domain.monitors.ownership import NOBODY, Ownership
from driftline.kinds.kind import Kind, Kinds
from driftline.usecases.baselines.new_baseline import has_baseline, kept_in, take_data_set, take_files
from driftline.usecases.models.model_arrival import Arrival, NotForUsError, arrival_of
from driftline.usecases.models.model_log import ModelEntry, load_model_log, log_model
from driftline.usecases.one_at_a_time import Busy, Turns
from driftline.usecases.ports import Events, ObjectStore
from driftline.usecases.ports.models import DataFile, ModelFiles, Models
from driftline.usecases.time_folders import Level, time_folders

ADOPTED_EVENT = "Model Adopted"

TURN = timedelta(seconds=130)
"""Longer than the function may run (two minutes), and over when Lambda tries for the third time."""


class Outcome(StrEnum):
    """The result of an announcement."""

    ADOPTED = "adopted"
    NOTED = "noted"
    UNCHANGED = "unchanged"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Adoption:
    """What was done.

    Attributes:
        model: Its name in SageMaker, the model registry or your own event.
        package: The ARN of its package, if it has one.
        baselines: The source of the new baseline, by monitor, for those that got one.
        reason: Sentences on what was done with the baselines and why, or why nothing was done.
        ownership: Whose endpoint it is, for the event.
    """

    outcome: Outcome
    reason: str
    endpoint: str | None = None
    model: str | None = None
    package: str | None = None
    at: datetime | None = None
    baselines: Mapping[str, str] = field(default_factory=dict)
    ownership: Ownership = NOBODY

    def event_detail(self) -> dict[str, object]:
        """The `detail` of the EventBridge event. An event sent again after a crash has the same id."""
        at = format_instant(self.at) if self.at else None
        announced = json.dumps([self.endpoint, self.model, self.package, at, self.reason])
        return {
            "Id": sha256(announced.encode()).hexdigest()[:24],
            "Endpoint": self.endpoint,
            "Model": self.model,
            "ModelPackage": self.package,
            "At": at,
            "Baselines": dict(self.baselines),
            "Reason": self.reason,
            **self.ownership.event_fields(),
        }


def adopt_model(
    announcement: Announcement,
    *,
    store: ObjectStore,
    models: Models,
    files: ModelFiles,
    events: Events,
    turns: Turns[Busy],
    kinds: Kinds,
) -> Adoption:
    """Puts the baseline of a new model into use, for each monitor of its endpoint.

    A baseline that cannot be used changes nothing: the existing one stays, and the event says why.

    Args:
        turns: Turns on endpoints.

    Raises:
        RetryLaterError: SageMaker cannot answer now, or another event of the endpoint is being processed.
        StaleReadError: another event of the endpoint began at the same moment.
        InvalidInputError: the model log cannot be read.
    """
    try:
        arrival = arrival_of(announcement, store, models, kinds=kinds)
    except NotForUsError as reason:
        return Adoption(Outcome.IGNORED, str(reason))
    with turns.on(arrival.document.endpoint):
        return _adopt(arrival, store, files, events, kinds)


def _adopt(arrival: Arrival, store: ObjectStore, files: ModelFiles, events: Events, kinds: Kinds) -> Adoption:
    endpoint, entry = arrival.document.endpoint, ModelEntry(at=arrival.at, model=arrival.model, source=arrival.source)
    log = load_model_log(store, endpoint)
    before = [known for known in log.entries if known.at <= arrival.at]
    if len(before) < len(log.entries):
        log_model(store, endpoint, entry)
        return _adoption(Outcome.NOTED, arrival, {}, "A newer model has reached the endpoint since.")
    known = bool(before) and before[-1].model == arrival.model
    if known and not arrival.told:
        return _adoption(Outcome.UNCHANGED, arrival, {}, "This model is already in use.")
    watched_since = None if before else _watched_since(store, arrival)
    first = not before and _is_no_newer(arrival, watched_since)
    taken, sentences, changed = _take_baselines(arrival, store, files, kinds, only_missing=first)
    if known and not changed:
        return _adoption(Outcome.UNCHANGED, arrival, {}, "This model and its baselines are already in use.")
    watched = first and watched_since is not None
    if watched:
        sentences.insert(0, "The model is older than the first execution: it is the one that was monitored all along.")
    outcome = Outcome.NOTED if watched or (first and not taken) else Outcome.ADOPTED
    adoption = _adoption(outcome, arrival, taken, " ".join(sentences))
    if adoption.outcome is Outcome.ADOPTED:
        events.publish(ADOPTED_EVENT, adoption.event_detail(), [store.uri(document_key(endpoint))])
    # The windows after a model's arrival are marked: one that existed before has its own time.
    since = arrival.made if first and arrival.made else arrival.at
    log_model(store, endpoint, entry.model_copy(update={"at": since}))
    return adoption


def _is_no_newer(arrival: Arrival, watched_since: datetime | None) -> bool:
    """Whether the first model that is ever seen is not newer than the monitoring, so that the baseline belongs to it.

    Endpoints send events on every scaling. Without this check, the first one would replace a carefully made baseline.
    """
    if arrival.made is None or arrival.told:
        return False
    return watched_since is None or arrival.made <= watched_since


def _watched_since(store: ObjectStore, arrival: Arrival) -> datetime | None:
    """Time of the first execution of any monitor; None before there is one."""
    since = [_first_execution(store, arrival.document.endpoint, name) for name in arrival.document.monitors.by_name()]
    return min((moment for moment in since if moment is not None), default=None)


def _first_execution(store: ObjectStore, endpoint: str, monitor: str) -> datetime | None:
    """The hour of the monitor's first report folder."""
    first = next(time_folders(store, f"{REPORTS}{endpoint}/{monitor}/", Level.HOUR), None)
    return first.start if first else None


def _take_baselines(
    arrival: Arrival, store: ObjectStore, files: ModelFiles, kinds: Kinds, *, only_missing: bool
) -> tuple[dict[str, str], list[str], bool]:
    """(source by monitor of the baselines in use, sentences on what was done, whether anything changed)."""
    taken: dict[str, str] = {}
    sentences: list[str] = []
    different = False
    endpoint = arrival.document.endpoint
    try:
        data_sets, refused = _data_sets(arrival, files), arrival.unseen
    except InvalidInputError as error:
        data_sets, refused = {}, str(error)
    for name in arrival.document.monitors.by_name():
        if only_missing and has_baseline(store, endpoint, kinds.named(name)):
            sentences.append(f"{name}: the existing baseline stays.")
            continue
        given = arrival.package.baselines.get(name) if arrival.package else None
        try:
            source, changed = _take(arrival, kinds.named(name), given, data_sets.get(name, ()), store, files)
        except InvalidInputError as error:
            sentences.append(f"{name}: the baseline stays, because the new one cannot be used: {error}")
            continue
        if not source:
            sentences.append(f"{name}: the baseline is unchanged, because {refused or 'the model has none'}.")
            continue
        different = different or changed
        taken[name] = source
        earlier = kept_in(store, endpoint, name, arrival.at)
        also = f"; the earlier one is kept in {store.uri(earlier)}" if earlier else ""
        sentences.append(f"{name}: the baseline is now from {source}{also}.")
    return taken, sentences, different


def _take(
    arrival: Arrival,
    kind: Kind,
    given: Mapping[str, str] | None,
    data_set: Sequence[DataFile],
    store: ObjectStore,
    files: ModelFiles,
) -> tuple[str, bool]:
    """(source of the baseline, whether anything changed); an empty source if the model has none."""
    endpoint, at = arrival.document.endpoint, arrival.at
    settings = arrival.document.monitors.by_name()[kind.name]
    if given is not None and arrival.package is not None:
        changed = take_files(given, kind, settings, endpoint=endpoint, at=at, store=store, files=files)
        return arrival.package.arn, changed
    if data_set and arrival.data_set is not None:
        changed = take_data_set(data_set, kind, endpoint=endpoint, at=at, store=store, files=files)
        return arrival.data_set, changed
    return "", False


def _data_sets(arrival: Arrival, files: ModelFiles) -> dict[str, Sequence[DataFile]]:
    """The files of the named data set, by monitor.

    Folders named like monitors belong to that monitor. Without such a folder everything belongs to the first monitor in
    the order of the kinds.
    """
    if arrival.data_set is None:
        return {}
    found = files.list(arrival.data_set)
    if not found:
        raise InvalidInputError("no data set", where=arrival.data_set)
    monitors = list(arrival.document.monitors.by_name())
    own = {
        name: [
            replace(file, name=file.name.removeprefix(f"{name}/")) for file in found if file.name.startswith(f"{name}/")
        ]
        for name in monitors
    }
    if any(own.values()):
        return {name: each for name, each in own.items() if each}
    return {monitors[0]: found}


def _adoption(outcome: Outcome, arrival: Arrival, baselines: Mapping[str, str], reason: str) -> Adoption:
    package, document = arrival.package.arn if arrival.package else None, arrival.document
    return Adoption(
        outcome, reason, document.endpoint, arrival.name, package, arrival.at, baselines, document.ownership
    )
