"""Records of executions for the overview pages: a season of a shop, many endpoints, hostile names."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from driftline.domain.keys import OVERVIEW, overview_baseline_key, overview_record_key, report_folder
from driftline.domain.windows import format_instant
from driftline.presentation.pages.overview.record import (
    VERSION,
    BaselineRecord,
    DriftRecord,
    FeatureRecord,
    MetricRecord,
    Record,
)
from driftline.presentation.shapes import PROBABILITIES, Categories, Masses, Quantiles, Shape
from driftline.usecases.pages.render_overview import render_endpoint_page, render_index_page
from tests.fakes import InMemoryStore

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def quantiles(values: np.ndarray) -> Quantiles:
    return Quantiles(tuple(np.quantile(values, PROBABILITIES).tolist()))


def record(
    state: str,
    day: int = 0,
    *,
    endpoint: str = "shop",
    monitor: str = "data_quality",
    kind: str | None = None,
    features: Sequence[FeatureRecord] = (),
    metrics: Sequence[MetricRecord] = (),
    subjects: Sequence[str] = ("amount",),
    **more: object,
) -> Record:
    """An execution of a day."""
    scheduled = FIRST + timedelta(days=day)
    violations = len(subjects) if state == "violated" else 0
    return Record(
        version=VERSION,
        endpoint=endpoint,
        monitor=monitor,
        kind=kind or monitor,
        scheduled=format_instant(scheduled),
        folder=report_folder(endpoint, monitor, scheduled),
        state=state,
        verdict="Something was found." if violations else "No violations.",
        rows=0 if state == "empty" else 1000 + day,
        violations=violations,
        source="Driftline",
        subjects=tuple(subjects) if violations else (),
        features=tuple(features),
        metrics=tuple(metrics),
        **more,  # type: ignore[arg-type]
    )


def put(store: InMemoryStore, *records: Record) -> None:
    for each in records:
        scheduled = datetime.fromisoformat(each.scheduled)
        store.put(overview_record_key(each.endpoint, each.monitor, scheduled), each.to_json())


def drift(value: float, threshold: float = 0.1) -> DriftRecord:
    return DriftRecord(value=value, threshold=threshold, drifted=value > threshold, excess=value / threshold)


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
                FeatureRecord(
                    name=name,
                    type="String" if i % 3 == 1 else "Fractional",
                    completeness=1.0,
                    drift=drift(distance),
                    shape=shape,
                )
            )
        bad = [each.name for each in found if each.drift and each.drift.drifted]
        put(
            store,
            record(
                "violated" if bad else "good", day, endpoint=endpoint, features=found, subjects=bad, baseline="b" * 16
            ),
        )
        auc = 0.9 - 0.05 * max(0.0, float(off)) + 0.01 * float(rng.random())
        low = auc < 0.85
        metrics = [
            MetricRecord(
                name="auc",
                value=auc,
                interval=(auc - 0.02, auc + 0.02),
                threshold=0.85,
                operator="LessThanThreshold",
                baseline=0.9,
                violated=low,
            ),
            MetricRecord(name="recall", value=auc - 0.1),
        ]
        put(
            store,
            record(
                "violated" if low else "good",
                day,
                endpoint=endpoint,
                monitor="model_quality",
                metrics=metrics,
                subjects=["AUC"],
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
        render_endpoint_page(store, endpoint)
    render_index_page(store)
    return store


def written(store: InMemoryStore, folder: Path) -> Path:
    """All pages of a store as files, so that links lead somewhere."""
    for key, body in store.objects.items():
        if key.endswith(".html"):
            (folder / key).parent.mkdir(parents=True, exist_ok=True)
            (folder / key).write_bytes(body)
    return folder


def many(endpoints: int = 100) -> InMemoryStore:
    """Endpoints of which every tenth is in alarm and every twentieth has no rows."""
    store = InMemoryStore()
    for i in range(endpoints):
        name = f"endpoint-{i:03}"
        for day in range(5):
            state = "violated" if i % 10 == 3 and day > 2 else "empty" if i % 20 == 6 else "good"
            worst = FeatureRecord(
                name=f"feature_{i}", type="Fractional", completeness=1.0, drift=drift((i % 17) / 100 + day / 1000)
            )
            features = [] if state == "empty" else [worst]
            metric = MetricRecord(name="auc", value=0.8 + i / 1000, interval=None, threshold=0.75)
            put(
                store,
                record(state, day + i, endpoint=name, features=features),
                record(
                    "good", day + i, endpoint=name, monitor="model_quality", metrics=[metric], coverage=0.5
                ) if state != "empty" else record("empty", day + i, endpoint=name, monitor="model_quality"),
            )  # fmt: skip
    return store
