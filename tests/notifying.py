"""A small endpoint with an execution behind its alarms, and what reaches notify_operators about it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from driftline.domain.incidents.received import Happening, RawAlarm, Received, Tick
from driftline.domain.keys import last_execution_key
from driftline.kinds.registry import KINDS
from driftline.usecases.notifying.incident_facts import ConsoleLinks
from driftline.usecases.notifying.notify_operators import Notified, notify_operators
from driftline.usecases.ports import Channel, ObjectStore, Once, ReportLink, ReportLinks, StateTable
from driftline.usecases.ports.dead_letters import DeadLetterQueues
from tests.fakes import InMemoryDeadLetters, InMemoryOnce, InMemoryStore, InMemoryTable

STACK = "prod"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FOLDER = "reports/shop/data_quality/2026/03/01/12/"
DOCUMENT = """\
endpoint: shop
monitors:
  data_quality:
    schedule: cron(0 * ? * * *)
    alarms:
      - {severity: warning}
      - {name: worst drift, metric: feature_baseline_drift_amount, threshold: 0.5, severity: critical}
"""


def violation(feature: str, statistic: float | None, required: float, check: str = "baseline_drift_check") -> object:
    return {
        "feature": feature,
        "check": check,
        "description": f"something about {feature}",
        "statistic": statistic,
        "required": required,
        "n": 4000,
        "direction": "higher",
        "interval": [0.2, 0.4] if check == "baseline_drift_check" else None,
    }


def feature(name: str, *, drift: float | None = 0.01) -> dict[str, Any]:
    """A feature of the summary; it was compared unless drift is None."""
    compared: dict[str, object] = {
        "method": "Robust", "statistic": drift, "value": drift, "p_value": None, "threshold": 0.1, "drifted": False,
        "n": 4000, "m": 9000, "interval": None, "direction": "none", "location": None, "top_buckets": [],
    }  # fmt: skip
    return {
        "name": name, "inferred_type": "Fractional", "expected_type": "Fractional", "completeness": 1.0,
        "expected_completeness": 1.0, "drift": None if drift is None else compared,
    }  # fmt: skip


def summary(violations: Sequence[object], features: Sequence[object] = ()) -> bytes:
    return json.dumps(
        {
            "endpoint": "shop", "monitor": "data_quality",
            "window": {"start": "2026-03-01T11:00:00Z", "end": "2026-03-01T12:00:00Z"},
            "scheduled_time": "2026-03-01T12:00:00Z",
            "status": "CompletedWithViolations" if violations else "Completed", "exit_message": "", "reason": "",
            "rows": 4000, "records": 4000, "rejected": 0, "skipped": 0, "layout": None, "other_layout_rows": {},
            "comparison": "corrected", "baseline": {"statistics": "s", "constraints": "c"},
            "violations": violations, "worst_drift": None, "notes": [], "features": features,
        }
    ).encode()  # fmt: skip


def executed(store: InMemoryStore, *violations: object, features: Sequence[object] = ()) -> None:
    """The last execution of data_quality found these violations."""
    store.put(FOLDER + "summary.json", summary(violations, features))
    last = {
        "status": "CompletedWithViolations" if violations else "Completed",
        "reason": "", "trigger": "schedule", "folder": FOLDER, "revision": 1, "violations": len(violations),
        "scheduled_time": "2026-03-01T12:00:00Z", "window_start": "2026-03-01T11:00:00Z",
    }  # fmt: skip
    store.put(last_execution_key("shop", "data_quality"), json.dumps(last).encode())


def endpoint() -> InMemoryStore:
    store = InMemoryStore(objects={"monitors/shop.yaml": DOCUMENT.encode()})
    features = [feature("amount", drift=0.31), feature("country", drift=0.12), feature("score")]
    executed(store, violation("country", 0.12, 0.1), violation("amount", 0.31, 0.1), features=features)
    return store


def alarm(
    state: str = "ALARM",
    at: datetime = NOON,
    label: str = "violations",
    subject: str = "data_quality",
    reason: str = "",
) -> RawAlarm:
    return RawAlarm(f"{STACK}/shop/{subject}/{label}", state, at, reason or "Threshold Crossed: 1 datapoint [2.0]")


def adopted(at: datetime = NOON, identity: str = "e-1") -> Happening:
    return Happening(
        identity, "Model Adopted", at, {"Endpoint": "shop", "Model": "shop-7", "Reason": "its baseline is in use"}
    )


@dataclass(frozen=True)
class FixedLinks:
    """Links below a root."""

    root: str
    lasting: bool

    def to(self, key: str) -> ReportLink:
        return ReportLink(self.root + key, self.lasting)


LONG_AFTER = datetime.max.replace(tzinfo=UTC)
"""A clock by which nothing is on its way any more."""


class Office:
    """notify_operators with its ports, for several deliveries in a row."""

    def __init__(
        self,
        *channels: Channel,
        store: ObjectStore | None = None,
        table: StateTable | None = None,
        once: Once | None = None,
        links: ReportLinks | None = None,
        now: datetime | None = None,
        letters: DeadLetterQueues | None = None,
    ) -> None:
        self.channels = channels
        self.store = store or endpoint()
        self.table = table or InMemoryTable()
        self.once = once or InMemoryOnce()
        self.links = links or ConsoleLinks(self.store)
        self.now = now or LONG_AFTER
        self.letters = letters or InMemoryDeadLetters()

    def hear(self, *received: Received) -> Notified:
        """The outcome of the last one."""
        notified = Notified()
        for each in received:
            notified = notify_operators(
                each,
                store=self.store,
                table=self.table,
                once=self.once,
                channels=self.channels,
                letters=self.letters,
                stack=STACK,
                links=self.links,
                now=self.now,
                kinds=KINDS,
            )
        return notified

    def tick(self, at: datetime) -> Notified:
        return self.hear(Tick(at))
