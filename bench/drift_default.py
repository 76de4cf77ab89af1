"""Which of both ways to decide on drift should be the default: what each finds in real data, changed and unchanged."""

from collections import Counter
from collections.abc import Iterator, Sequence
from math import inf

from bench.real_windows import FOLDER, Rows, Scenario, scenarios
from bench.results import Limit, Options, Row, skipped
from bench.seeds import seed_of
from driftline.domain.capture.cells import texts_to_columns
from driftline.domain.drift.distance import Comparison, DriftMethod
from driftline.domain.profiles.column import ColumnProfile
from driftline.kinds.data_quality.rules.check import check
from driftline.kinds.data_quality.rules.observed import NamedProfiles, observations_of, statistics_of
from driftline.kinds.data_quality.rules.suggestion import suggest_constraints

_SHARE = Limit(inf, inf, "% of windows")
_SHOWN = 4


def run(options: Options) -> Iterator[Row]:
    """Two rows for each scenario: share of windows in which any feature drifted."""
    if not FOLDER.exists():
        yield skipped("real data", _SHARE, f"{FOLDER} is not there")
        return
    seed = seed_of(options)
    for scenario in scenarios(seed, windows=1_000 if options.large else 60):
        yield from _of(scenario, seed)


def _of(scenario: Scenario, seed: int) -> Iterator[Row]:
    reference = _profiled(scenario.columns, scenario.baseline)
    before = statistics_of(len(scenario.baseline), reference)
    constraints = suggest_constraints(before)
    windows = {name: (len(rows), _profiled(scenario.columns, rows)) for name, rows in scenario.windows.items()}
    for method in DriftMethod:
        ringing, features = [], Counter[str]()
        for name, (rows, profiles) in windows.items():
            verdict = check(
                statistics_of(rows, profiles),
                observations_of(profiles),
                before,
                constraints,
                Comparison.DRIFTLINE,
                drift=method,
            )
            drifted = [drift.name for drift in verdict.drifts if drift.distance.drifted]
            features.update(drifted)
            ringing += [name] if drifted else []
        found = ", ".join(f"{name} {count}" for name, count in features.most_common(_SHOWN))
        change = "changed" if scenario.changed else "quiet"
        yield Row(
            f"{scenario.name}: {method.value}",
            _SHARE,
            100.0 * len(ringing) / len(windows),
            f"{change}, {len(ringing)} of {len(windows)} windows; {found or 'nothing found'}; seed {seed}",
        )


def _profiled(columns: Sequence[str], rows: Rows) -> NamedProfiles:
    return [
        (name, ColumnProfile.of(texts_to_columns([row[place] for row in rows]))) for place, name in enumerate(columns)
    ]
