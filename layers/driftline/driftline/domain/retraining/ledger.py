"""The ledger of an endpoint's retrainings: what is running, what waits for approval, what was decided.

One item of the state table. Pure functions return a changed ledger; the table's conditional writes put the changes in
order.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from driftline.domain.instants import Instant
from driftline.domain.retraining.audit import AuditRecord, Decision, EndRecord, TargetRecord
from driftline.domain.retraining.request import AlarmChange

_MOST_RUNS = 150
"""More than a week's largest budget, which is 100."""

_MOST_REQUESTS = 20
_MOST_DECIDED = 300


class RunStatus(StrEnum):
    """RESERVED: nothing was sent to the target. STARTING: something may have been sent."""

    RESERVED = "reserved"
    STARTING = "starting"
    STARTED = "started"
    UNKNOWN = "unknown"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Run(_Part):
    """A retraining that was reserved or started; it holds the endpoint's lease until it ends.

    Attributes:
        id: Id of the request.
        at: When the request was delivered: from then on it may run.
        asked_at: Time of the event; None in ledgers of earlier versions, where both are the same.
        until: When it counts as ended unless its end is reported.
        own: Names of the document's own parameters.
        draft: The audit record with the parameters, to be completed with the result of the start; None when that is
            known.
    """

    id: str
    at: Instant
    asked_at: Instant | None = None
    until: Instant
    monitor: str
    status: RunStatus
    target: TargetRecord
    own: tuple[str, ...] = ()
    arn: str | None = None
    ended_at: Instant | None = None
    outcome: str | None = None
    draft: AuditRecord | None = None

    @property
    def unsettled(self) -> bool:
        """Whether the result of the start is unknown."""
        return self.status in {RunStatus.RESERVED, RunStatus.STARTING}

    def is_of(self, decision: str) -> bool:
        """Whether the decision with this id waits for the result of this start."""
        return self.draft is not None and self.draft.id == decision

    def starting_at(self, at: datetime) -> "Run":
        """The run when its start is retried at a later time: it may run from then on, for the same time."""
        return self.model_copy(update={"at": at, "until": at + (self.until - self.at)}) if at > self.at else self

    def runs(self, at: datetime) -> bool:
        """Whether it holds the lease at a time."""
        return self.at <= at < min(self.ended_at or self.until, self.until)


class Request(_Part):
    """A request that waits for approval. It stays until pruned, so that a second or late approval gets a reason."""

    id: str
    alarm: AlarmChange
    asked_at: Instant
    expires_at: Instant
    started: bool = False


class Decided(_Part):
    """The answer to a message."""

    id: str
    decision: Decision
    at: Instant


type Told = Annotated[AuditRecord | EndRecord, Field(discriminator="record")]


class Ledger(_Part):
    """Everything that guards check, and decisions that are not yet written and reported.

    Attributes:
        runs: In the order of their times.
        decided: Newest last.
        untold: Records still to be written to the bucket and sent as events.
        busy_until: By the clock: until then another process works on this ledger.
    """

    version: int = 1
    endpoint: str
    runs: tuple[Run, ...] = ()
    requests: tuple[Request, ...] = ()
    decided: tuple[Decided, ...] = ()
    untold: tuple[Told, ...] = ()
    busy_until: Instant | None = None

    def run(self, id_: str) -> Run | None:
        return next((run for run in self.runs if run.id == id_), None)

    def request(self, id_: str) -> Request | None:
        return next((request for request in self.requests if request.id == id_), None)

    def decision(self, id_: str) -> Decided | None:
        return next((decided for decided in self.decided if decided.id == id_), None)

    def last_run(self) -> Run | None:
        return self.runs[-1] if self.runs else None

    def running(self, at: datetime) -> Run | None:
        return next((run for run in reversed(self.runs) if run.runs(at)), None)

    def starts_since(self, moment: datetime) -> list[Run]:
        """Runs decided after a time."""
        return [run for run in self.runs if run.at > moment]

    def waiting(self, at: datetime) -> Request | None:
        """A request that can still be approved."""
        return next((each for each in self.requests if not each.started and at < each.expires_at), None)

    def with_run(self, run: Run) -> "Ledger":
        """Adds a run, or replaces the one with its id; its request counts as started."""
        others = [each for each in self.runs if each.id != run.id]
        requests = (each.model_copy(update={"started": True}) if each.id == run.id else each for each in self.requests)
        runs = sorted([*others, run], key=lambda each: each.at)
        return self.model_copy(update={"runs": tuple(runs[-_MOST_RUNS:]), "requests": tuple(requests)})

    def without_run(self, id_: str) -> "Ledger":
        """Releases a reservation: it counts for no guard, and its request can be approved again."""
        runs = tuple(run for run in self.runs if run.id != id_)
        requests = (each.model_copy(update={"started": False}) if each.id == id_ else each for each in self.requests)
        return self.model_copy(update={"runs": runs, "requests": tuple(requests)})

    def with_request(self, request: Request) -> "Ledger":
        return self.model_copy(update={"requests": (*self.requests, request)[-_MOST_REQUESTS:]})

    def with_record(self, record: AuditRecord | EndRecord) -> "Ledger":
        """A decision, or an end, that is to be written and reported."""
        changed: dict[str, object] = {"untold": (*self.untold, record)}
        if isinstance(record, AuditRecord):
            decided = Decided(id=record.id, decision=record.decision, at=record.at)
            changed["decided"] = (*self.decided, decided)[-_MOST_DECIDED:]
        return self.model_copy(update=changed)

    def with_reported(self, records: Iterable[AuditRecord | EndRecord]) -> "Ledger":
        reported = list(records)
        return self.model_copy(update={"untold": tuple(record for record in self.untold if record not in reported)})

    def reserves(self, id_: str) -> bool:
        """Whether the decision with this id is pending, and nothing was sent to its target."""
        return any(run.status is RunStatus.RESERVED and run.is_of(id_) for run in self.runs)

    def knows(self, id_: str) -> bool:
        """Whether the decision with this id was made, or is pending."""
        return self.decision(id_) is not None or any(run.is_of(id_) for run in self.runs)

    def overdue(self, at: datetime, unless: str) -> Sequence[Run]:
        """Runs whose start was never settled and whose time is over: the message that requested them is lost.

        Args:
            unless: The reservation of this decision is not lost, because its message is here.
        """
        lost = (run for run in self.runs if run.unsettled and run.until <= at)
        return [run for run in lost if not (run.status is RunStatus.RESERVED and run.is_of(unless))]


def longest_of(run_for: timedelta, at: datetime) -> datetime:
    """When a run that starts at a time counts as ended. A lease must have a length."""
    return at + max(run_for, timedelta(minutes=1))
