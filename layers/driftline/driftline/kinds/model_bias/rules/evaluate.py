"""All that is said of a window's bias metrics: the comparison with the baseline, and the intervals of both."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from driftline.domain.executions.finding import Finding
from driftline.domain.inference.families import LEVEL
from driftline.kinds.model_bias.rules.comparison import TOLERANCE, Compared, Entry, compare
from driftline.kinds.model_bias.rules.intervals import intervals
from driftline.kinds.model_bias.rules.metrics import METRICS
from driftline.kinds.model_bias.rules.subjects import subject_of
from driftline.kinds.model_bias.rules.violations import CHECK, Flags, description


def evaluate(
    entries: Sequence[Entry],
    names: Sequence[str],
    tolerance: float = TOLERANCE,
    tolerances: Mapping[str, float] | None = None,
    level: float = LEVEL,
) -> list[Compared]:
    """`compare`, with the intervals of window and baseline; without those of groups that are not compared."""
    compared = compare(entries, names, tolerance, tolerances, level)
    found: list[Compared] = []
    for number, entry in enumerate(entries):
        given = compared[number * len(names) : (number + 1) * len(names)]
        if all(each.result == "not_compared" or each.value is None for each in given):
            found += given
            continue
        window = intervals(entry.window, names)
        baseline = intervals(entry.baseline, names, "baseline") if entry.baseline is not None else {}
        found += [
            replace(each, interval=window.get(each.metric), baseline_interval=baseline.get(each.metric))
            for each in given
        ]
    return found


def findings(compared: Sequence[Compared]) -> list[Finding]:
    """Violations and improvements, in the order of the files; one for each fact and entry.

    A fact that several watched metrics state is reported under the first of them that has its name, or else the first.
    GE, which is the same for all facets, is reported with the first.
    """
    chosen: dict[tuple[str, str, str], Compared] = {}
    for each in compared:
        if each.result not in {"violation", "improvement"}:
            continue
        place = ("", "") if each.metric == "GE" else (each.facet, each.group)
        known = chosen.setdefault((*place, each.tested_as), each)
        if each.metric == each.tested_as != known.metric:
            chosen[*place, each.tested_as] = each
    return [finding_of(each) for each in chosen.values()]


def flags_of(compared: Sequence[Compared]) -> Flags:
    """The default rule for constraint_violations.json: every watched metric that it finds worse.

    SageMaker lists all of them, too. So a fact with several names is one finding, and one entry of the file for each
    name that is watched.
    """
    found = {(each.facet, each.group, each.metric) for each in compared if each.result == "violation"}
    return lambda facet, group, metric, *_: (facet, group, metric) in found


def finding_of(each: Compared) -> Finding:
    """In SageMaker's words; an improvement is no violation."""
    assert each.value is not None  # it was compared
    assert each.baseline is not None
    return Finding(
        subject=subject_of(each.facet, each.group),
        check=CHECK,
        description=description(each.value, each.baseline),
        violation=each.result == "violation",
        measure="metric",
        figure=each.metric,
        observed=each.value,
        required=each.baseline,
        interval=each.interval,
        n=each.rows,
        p_value=each.p_value,
        direction="higher" if each.value > each.baseline else "lower",
        certain=True,
        baseline=each.baseline,
        baseline_interval=each.baseline_interval,
        method=METRICS[each.metric].title,
    )
