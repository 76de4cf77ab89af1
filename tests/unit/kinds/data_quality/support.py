"""Small windows and baselines, made of captured cells."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from driftline.domain.capture.cells import texts_to_columns
from driftline.domain.drift.distance import Comparison
from driftline.domain.profiles.column import ColumnProfile
from driftline.kinds.data_quality.rules.check import Verdict, check
from driftline.kinds.data_quality.rules.constraints import Constraints, parse_constraints
from driftline.kinds.data_quality.rules.observed import NamedProfiles, observations_of, statistics_of
from driftline.kinds.data_quality.rules.suggestion import mixed_features, suggest_constraints

type Cells = Mapping[str, Sequence[str | None]]
type Change = Callable[[dict[str, Any]], object]


def profiled(cells: Cells) -> tuple[int, NamedProfiles]:
    """(rows, named profiles) of columns of captured cells."""
    rows = max((len(values) for values in cells.values()), default=0)
    return rows, [(name, ColumnProfile.of(texts_to_columns(values))) for name, values in cells.items()]


def constraints_for(baseline: Cells, change: Change | None = None) -> Constraints:
    """The suggested constraints, edited as a person would."""
    rows, features = profiled(baseline)
    mixed = mixed_features(observations_of(features))
    document = json.loads(suggest_constraints(statistics_of(rows, features), mixed=mixed).to_json())
    if change:
        change(document)
    return parse_constraints(json.dumps(document))


def judge(
    current: Cells,
    baseline: Cells,
    *,
    change: Change | None = None,
    mode: Comparison = Comparison.DRIFTLINE,
    with_statistics: bool = True,
    strict: frozenset[str] = frozenset(),
) -> Verdict:
    """A window judged against a baseline."""
    rows, features = profiled(current)
    return check(
        statistics_of(rows, features),
        observations_of(features),
        statistics_of(*profiled(baseline)) if with_statistics else None,
        constraints_for(baseline, change),
        mode,
        strict=strict,
    )


def found(verdict: Verdict) -> list[tuple[str, str]]:
    """(feature, check) of each violation."""
    return [(finding.subject, finding.check) for finding in verdict.findings]
