"""An endpoint whose alarms ask for retrainings, with targets that count what they start."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from driftline.domain.errors import DriftlineError, InvalidInputError, RetryLaterError
from driftline.domain.ground_truth import keys
from driftline.domain.ground_truth.keys import VariantHour
from driftline.domain.ground_truth.merged_rows import SlotRows
from driftline.domain.retraining.audit import AuditRecord, EndRecord, TargetRecord
from driftline.domain.retraining.ledger import Ledger
from driftline.domain.retraining.request import AlarmChange, Approval
from driftline.kinds.registry import KINDS
from driftline.usecases.ground_truth.merged_hours import MergedHour, hour_inputs
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.retraining import Started, StartOrder, UncertainStartError
from driftline.usecases.retraining.ledgers import KIND, load_ledger
from driftline.usecases.retraining.start_retraining import Answer, Retrainer
from tests.fakes import InjectedError, InMemoryStore, InMemoryTable, RecordingEvents, only

ENDPOINT = "churn"
STACK = "driftline"
START = datetime(2026, 3, 2, 14, tzinfo=UTC)
WALL = datetime(2026, 11, 1, tzinfo=UTC)
"""The clock; far from the events' times, so that a decision by the clock would be seen."""

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def document(
    retraining: str = "", target: str = "{pipeline: churn-retrain}", actions: str = "[notify, retrain]"
) -> bytes:
    """A monitor document; by default every guard but the lease is wide open."""
    wide = "cooldown: PT0H, weekly_budget: 100, minimum_labelled_rows: 0"
    return (
        f"endpoint: {ENDPOINT}\n"
        "monitors:\n"
        "  model_quality:\n"
        "    problem_type: BinaryClassification\n"
        "    probability_attribute: probability\n"
        "    ground_truth_attribute: churned\n"
        f"    alarms: [{{metric: violations, actions: {actions}}}, {{metric: f1, threshold: 0.7, comparison: '<='}}]\n"
        f"retraining: {{target: {target}, {retraining or wide}}}\n"
    ).encode()


def alarm(at: datetime = START, label: str = "violations", endpoint: str = ENDPOINT) -> AlarmChange:
    return AlarmChange(
        name=f"{STACK}/{endpoint}/model_quality/{label}",
        endpoint=endpoint,
        monitor="model_quality",
        label=label,
        changed_at=at,
        reason="Threshold Crossed: 1 datapoint [3.0] was greater than or equal to the threshold (1.0).",
    )


@dataclass
class CountingTargets:
    """Targets that count.

    Attributes:
        tokens: Whether a second order with the same token starts nothing.
        errors: Raised by the next calls, one each, before anything starts; None is a call that succeeds.
        started: Every run that really started.
    """

    tokens: bool = True
    errors: list[DriftlineError | None] = field(default_factory=list)
    orders: list[StartOrder] = field(default_factory=list)
    started: dict[str, StartOrder] = field(default_factory=dict)
    starts: int = 0

    def repeatable(self, target: TargetRecord) -> bool:
        return self.tokens

    def start(self, order: StartOrder) -> Started:
        self.orders.append(order)
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error
        if not self.tokens or order.token not in self.started:
            self.starts += 1
        self.started[order.token] = order
        return Started(f"arn:aws:sagemaker:eu-west-1:123456789012:pipeline/p/execution/{order.id}", order.parameters)


@dataclass
class ScriptedRun:
    """What happened at the target, whatever anybody wrote down of it."""

    id: str
    at: datetime
    ended_at: datetime | None = None


@dataclass
class ScriptedTarget:
    """A target whose next answers follow a script: ok, later, never, lost (it started), nothing (it did not).

    Attributes:
        tokens: Whether it knows an order that it has taken.
        runs: What it started.
    """

    now: Callable[[], datetime]
    tokens: bool
    script: list[str] = field(default_factory=list)
    runs: list[ScriptedRun] = field(default_factory=list)

    def repeatable(self, _target: object) -> bool:
        return self.tokens

    def start(self, order: StartOrder) -> Started:
        what = self.script.pop(0) if self.script else "ok"
        if what == "never":
            raise InvalidInputError("refused")
        if what == "later":
            raise RetryLaterError("throttled")
        if what == "nothing":
            raise UncertainStartError("no answer")
        if not self.tokens or all(run.id != order.id for run in self.runs):
            self.runs.append(ScriptedRun(order.id, self.now()))
        if what == "lost":
            raise UncertainStartError("no answer")
        return Started(f"arn:{order.id}", order.parameters)


class World:
    """Everything around one Retrainer."""

    def __init__(self, body: bytes | None = None, *, tokens: bool = True) -> None:
        self.store = InMemoryStore()
        self.table = InMemoryTable()
        self.events = RecordingEvents()
        self.targets = CountingTargets(tokens=tokens)
        self.wall = WALL
        self.put_document(body or document())

    def put_document(self, body: bytes) -> None:
        self.store.objects[f"monitors/{ENDPOINT}.yaml"] = body

    @property
    def retrainer(self) -> Retrainer:
        return Retrainer(
            self.store, self.table, self.targets, self.events, STACK, lambda: self.wall, KINDS, only(self.store)
        )

    def alarm(self, at: datetime = START, label: str = "violations", under_way: timedelta = timedelta(0)) -> Answer:
        return self.retrainer.answer_alarm(alarm(at, label), under_way)

    def approve(self, request: str, at: datetime, by: str = "ana") -> Answer:
        return self.retrainer.answer_approval(Approval(ENDPOINT, request, at, by))

    @property
    def ledger(self) -> Ledger:
        return load_ledger(ENDPOINT, self.table)

    def records(self) -> list[AuditRecord]:
        """Audit records of decisions, in the order of their keys."""
        bodies = (body for key, body in sorted(self.store.objects.items()) if "/retraining/" in key)
        found = (body for body in bodies if b'"record": "decision"' in body)
        return [AuditRecord.model_validate_json(body) for body in found]

    def ends(self) -> list[EndRecord]:
        bodies = (body for key, body in sorted(self.store.objects.items()) if key.endswith(".ended.json"))
        return [EndRecord.model_validate_json(body) for body in bodies]

    def decisions_told(self) -> list[tuple[str, str]]:
        return [(event.detail_type, str(event.detail.get("Decision"))) for event in self.events.published]

    @property
    def versions(self) -> int:
        item = self.table.get(KIND, ENDPOINT)
        return item.version if item else 0


class ProcessDiedError(InjectedError):
    """The process is gone: nothing that it would still do happens."""


class MortalProcess:
    """Passes calls on, and dies before or after the n-th one: from then on every call raises."""

    def __init__(self, at: int, *, after: bool) -> None:
        self.at, self.after, self.calls, self.dead = at, after, 0, False

    @contextmanager
    def call(self) -> Iterator[None]:
        if self.dead:
            raise ProcessDiedError
        self.calls += 1
        if self.calls == self.at and not self.after:
            self.dead = True
            raise ProcessDiedError
        try:
            yield
        finally:
            if self.calls == self.at:
                self.dead = True
                raise ProcessDiedError  # whatever the call would have said

    def wrap[Port](self, port: Port, names: Sequence[str]) -> Port:
        return _Mortal(self, port, names)  # type: ignore[return-value]


class _Mortal:
    def __init__(self, process: MortalProcess, port: object, names: Sequence[str]) -> None:
        self._process, self._port, self._names = process, port, names

    def __getattr__(self, name: str) -> object:
        inner = getattr(self._port, name)
        if name not in self._names:
            return inner

        def call(*args: object, **kwargs: object) -> object:
            with self._process.call():
                return inner(*args, **kwargs)

        return call


def put_merged_hour(store: ObjectStore, at: VariantHour, labelled: dict[int, int], endpoint: str = ENDPOINT) -> None:
    """An hour that was merged, with labelled rows by minute of the slot."""
    store.put(f"state/profiles/{endpoint}/{at.variant}/{at.hour:%Y/%m/%d/%H}/p.profile", b"profile")
    store.put(f"{keys.hour_labels_prefix(endpoint, at)}f-v-c.labels", b"labels")
    slots = {at.hour + timedelta(minutes=minute): SlotRows(rows, rows, rows, rows) for minute, rows in labelled.items()}
    digest = hour_inputs(store, endpoint, at).digest
    body = msgspec.json.encode(MergedHour(at.variant, at.hour, slots))
    store.put(keys.merged_summary_key(endpoint, at, digest), body)
