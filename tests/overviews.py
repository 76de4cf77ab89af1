"""Records of executions for the overview pages: a season of a shop, many endpoints, hostile names."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from driftline.domain.instants import format_instant
from driftline.domain.keys import OVERVIEW, document_key, overview_baseline_key, overview_record_key, report_folder
from driftline.kinds.registry import KINDS
from driftline.presentation.pages.overview.record import (
    VERSION,
    BaselineRecord,
    FigureRecord,
    GaugeRecord,
    Record,
    SubjectRecord,
    WorstRecord,
)
from driftline.presentation.shapes import PROBABILITIES, Categories, Masses, Quantiles, Shape
from driftline.presentation.states import NOT_EVALUATED
from driftline.usecases.freshness.freshness_record import keep_waiting, waiting_since
from driftline.usecases.monitors.monitor_documents import load_document
from driftline.usecases.pages.render_index import render_index_page
from driftline.usecases.pages.render_overview import render_endpoint_page
from tests.fakes import InMemoryStore

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def quantiles(values: np.ndarray) -> Quantiles:
    return Quantiles(tuple(np.quantile(values, PROBABILITIES).tolist()))


def record(
    state: str,
    day: int = 0,
    *,
    endpoint: str = "shop",
    monitor: str = "data_quality",
    kind: str | None = None,
    features: Sequence[SubjectRecord] = (),
    metrics: Sequence[FigureRecord] = (),
    violated: Sequence[str] = ("amount",),
    **more: object,
) -> Record:
    """An execution whose window is a day; it is scheduled when the day is over."""
    start = FIRST + day * DAY
    kind = kind or monitor
    violations = len(violated) if state == "violated" else 0
    rows = 0 if state == NOT_EVALUATED else 1000 + day
    compared = [WorstRecord(subject=each.name, gauge=each.gauge) for each in features if each.gauge]
    worst = max(compared, key=lambda each: each.gauge.excess, default=None)
    return Record(
        version=VERSION,
        endpoint=endpoint,
        monitor=monitor,
        kind=kind,
        title=kind.replace("_", " ").capitalize(),
        scheduled=format_instant(start + DAY),
        start=format_instant(start),
        end=format_instant(start + DAY),
        folder=report_folder(endpoint, monitor, start + DAY),
        state=state,
        verdict="Something was found." if violations else "No violations.",
        rows=rows,
        evaluated=rows,
        violations=violations,
        source="Driftline",
        violated=tuple(violated) if violations else (),
        severity=float(violations),
        main=next(iter(metrics), None) or (_worst_drift(worst) if worst else None),
        worst=worst,
        subjects=tuple(features),
        figures=tuple(metrics),
        **more,  # type: ignore[arg-type]
    )


def _worst_drift(worst: WorstRecord) -> FigureRecord:
    excess = worst.gauge.excess
    return FigureRecord(
        name="worst drift", title="Worst drift, in thresholds", value=excess, limit=1.0, violated=excess > 1.0
    )


def scheduled_daily(store: InMemoryStore, since: datetime = FIRST, endpoint: str = "shop") -> InMemoryStore:
    """With a monitor document whose schedules a stack looks after since then."""
    quality = "{problem_type: Regression, inference_attribute: 0, schedule: cron(0 0 ? * * *)}"
    store.put(
        document_key(endpoint),
        f"""\
endpoint: {endpoint}
monitors:
  data_quality: {{schedule: cron(0 0 ? * * *)}}
  model_quality: {quality}
""".encode(),
    )
    waiting = waiting_since(None, load_document(store, endpoint, kinds=KINDS), since)
    keep_waiting(store, endpoint, waiting, None)
    return store


def put(store: InMemoryStore, *records: Record) -> None:
    for each in records:
        scheduled = datetime.fromisoformat(each.scheduled)
        store.put(overview_record_key(each.endpoint, each.monitor, scheduled), each.to_json())


def drift(value: float, threshold: float = 0.1) -> GaugeRecord:
    return GaugeRecord(value=value, limit=threshold, beyond=value > threshold, excess=value / threshold)


def auc_of(value: float, limit: float, **more: object) -> FigureRecord:
    return FigureRecord(name="auc", title="AUC", value=value, limit=limit, side="at_least", **more)  # type: ignore[arg-type]


def season(days: int = 90, features: int = 30, endpoint: str = "shop", names: Sequence[str] = ()) -> InMemoryStore:
    """Days of data quality and of model quality: the first feature wanders off in the last third and comes back."""
    rng = np.random.default_rng(3)
    store = InMemoryStore()
    shapes: dict[str, Shape] = {}
    for day in range(days):
        off = 3.0 * np.sin(np.pi * (day - days * 2 / 3) / (days / 3)) if day > days * 2 / 3 else 0.0
        found = []
        for i in range(features):
            name = names[i] if i < len(names) else f"feature_{i}"
            moved = float(off) / (1 + i)
            shape: Shape
            if i % 3 == 1:
                weights = np.array([0.5, 0.3, 0.15, 0.05 + max(0.0, moved) / 5])
                labels = tuple(names) or ("card", "cash", "transfer", "other")
                shape = Categories(labels[:4], tuple((weights / weights.sum()).tolist()), 0.0)
            elif i % 3 == 2:
                counts = rng.multinomial(500, [0.6, 0.25, 0.1, 0.05]) / 500
                shape = Masses((0.0, 1.0, 2.0, 3.0), tuple(counts.tolist()))
            else:
                shape = quantiles(rng.normal(20 + 4 * moved, 3 + i / 10, 400))
            shapes.setdefault(name, shape)
            distance = 0.02 + 0.01 * float(rng.random()) + 0.1 * max(0.0, moved)
            found.append(
                SubjectRecord(
                    name=name,
                    note="String" if i % 3 == 1 else "Fractional",
                    completeness=1.0,
                    required=0.95,
                    gauge=drift(distance),
                    shape=shape,
                )
            )
        bad = [each.name for each in found if each.gauge and each.gauge.beyond]
        put(
            store,
            record(
                "violated" if bad else "good", day, endpoint=endpoint, features=found, violated=bad, baseline="b" * 16
            ),
        )
        auc = 0.9 - 0.05 * max(0.0, float(off)) + 0.01 * float(rng.random())
        low = auc < 0.85
        metrics = [
            auc_of(auc, 0.85, interval=(auc - 0.02, auc + 0.02), baseline=0.9, violated=low),
            FigureRecord(name="recall", title="Recall", value=auc - 0.1),
        ]
        put(
            store,
            record(
                "violated" if low else "good",
                day,
                endpoint=endpoint,
                monitor="model_quality",
                metrics=metrics,
                violated=["AUC"],
                coverage=0.9,
                revision=2,
            ),
        )
    key = overview_baseline_key(endpoint, "data_quality", "b" * 16)
    store.put(key, BaselineRecord(VERSION, shapes).to_json())
    return store


def rendered(store: InMemoryStore, *endpoints: str) -> InMemoryStore:
    """With the pages of the endpoints, all that have records unless named, and the index."""
    for endpoint in endpoints or store.folders(OVERVIEW):
        render_endpoint_page(store, endpoint, kinds=KINDS)
    render_index_page(store, kinds=KINDS)
    return store


def written(store: InMemoryStore, folder: Path) -> Path:
    """All pages of a store as files, so that links lead somewhere."""
    for key, body in store.objects.items():
        if key.endswith(".html"):
            (folder / key).parent.mkdir(parents=True, exist_ok=True)
            (folder / key).write_bytes(body)
    return folder


def fleet(endpoints: int = 300) -> InMemoryStore:
    """`many`, each with a monitor document that says whose it is."""
    store = many(endpoints)
    for i in range(endpoints):
        name = f"endpoint-{i:03}"
        whose = f"team: team-{i % 7}\nowner: owner-{i % 40}@example.com\ntags: {{tier: {('gold', 'silver')[i % 2]}, area: emea}}\n"
        store.put(
            document_key(name),
            f"endpoint: {name}\n{whose if i % 10 else ''}monitors: {{data_quality: {{}}}}\n".encode(),
        )
    return store


def many(endpoints: int = 100) -> InMemoryStore:
    """Endpoints of which every tenth is in alarm and every twentieth has no rows."""
    store = InMemoryStore()
    for i in range(endpoints):
        name = f"endpoint-{i:03}"
        for day in range(5):
            state = "violated" if i % 10 == 3 and day > 2 else NOT_EVALUATED if i % 20 == 6 else "good"
            worst = SubjectRecord(
                name=f"feature_{i}", note="Fractional", completeness=1.0, gauge=drift((i % 17) / 100 + day / 1000)
            )
            blind = state == NOT_EVALUATED
            put(
                store,
                record(state, day + i, endpoint=name, features=[] if blind else [worst]),
                record(
                    state if blind else "good",
                    day + i,
                    endpoint=name,
                    monitor="model_quality",
                    metrics=[] if blind else [auc_of(0.8 + i / 1000, 0.75)],
                    coverage=None if blind else 0.5,
                ),
            )
    return store
