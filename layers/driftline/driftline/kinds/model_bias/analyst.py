"""The one-off analysis of a data set, which Clarify's processing job made, and the check of its configuration."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from math import isinf
from typing import override

from driftline.domain.analysis_config.config_file import FILE
from driftline.domain.analysis_config.fields import fields_of
from driftline.domain.monitors.document import MonitorDocument
from driftline.kinds.analyst import Analyst, CheckedConfig, DataAnalysis, Wishes
from driftline.kinds.data import DataSet
from driftline.kinds.model_bias.baseline import ANALYSIS, Analysed, analyse_with, data_columns, settings_of
from driftline.kinds.model_bias.data_places import DataColumns
from driftline.kinds.model_bias.data_report import data_report
from driftline.kinds.model_bias.explained import explained
from driftline.kinds.model_bias.rules.analysis import Analysis, MetricValue
from driftline.kinds.model_bias.rules.config import CONFIG
from driftline.kinds.model_bias.rules.intervals import Interval, enough_rows, intervals
from driftline.kinds.model_bias.rules.metrics import METRICS
from driftline.kinds.model_bias.rules.report import Group, groups_of
from driftline.presentation.tables import Column, Holds, Row, Table
from driftline.presentation.text import count

_FIELDS = frozenset({"label_values_or_threshold", "facet", "methods", "dataset_type", "headers"})

_OWN_FIELDS = frozenset({"facet", "label_values_or_threshold"})
"""Of a monitor's file, which has no methods."""

_STAGES = frozenset({"pre_training_bias", "post_training_bias"})

_COLUMNS = (
    Column(name="facet", title="facet", holds=Holds.TEXT),
    Column(name="group", title="group", holds=Holds.TEXT),
    Column(name="metric", title="metric", holds=Holds.TEXT),
    Column(name="value", title="value", holds=Holds.NUMBER),
    Column(name="interval", title="95 % interval", holds=Holds.INTERVAL),
    Column(name="rows", title="rows", holds=Holds.COUNT),
    Column(name="meaning", title="what it means, or why there is none", holds=Holds.TEXT),
)


class BiasAnalyst(Analyst):
    """See the module."""

    @property
    @override
    def name(self) -> str:
        return "bias"

    @property
    @override
    def config_file(self) -> str:
        return FILE

    @property
    @override
    def config_fields(self) -> AbstractSet[str]:
        return _FIELDS

    @property
    @override
    def files(self) -> Sequence[str]:
        return (ANALYSIS,)

    @override
    def wanted(self, config: bytes) -> bool:
        fields, _ = fields_of(config)
        if fields is None:
            return False
        methods = fields.get("methods")
        return bool(_STAGES & set(methods)) if isinstance(methods, dict) else bool(_OWN_FIELDS & set(fields.document))

    @override
    def check(self, config: bytes, where: str) -> CheckedConfig:
        read, problems = CONFIG.read(config)
        if read is None or problems:
            return CheckedConfig(tuple(problem.error(where) for problem in problems))
        return CheckedConfig(sentences=tuple(explained(read)))

    @override
    def analyse(
        self,
        config: bytes,
        document: MonitorDocument | None,
        data: DataSet,
        where: str,
        wishes: Wishes = Wishes(),  # noqa: B008, it is frozen
    ) -> DataAnalysis:
        read = CONFIG.parse(config, where)
        if read.question is not None:
            read = replace(read, question=replace(read.question, most_requests=wishes.most_requests))
        settings = settings_of(document, document.endpoint) if document is not None else None
        found = analyse_with(settings, read, data, _columns_of(document, wishes), where)
        body = found.report.analysis.to_json().encode()
        rows = tuple(_rows(found))
        groups = len({row.cells[:2] for row in rows})
        computed = sum(row.cells[3] is not None for row in rows)
        headline = f"{count(found.data.rows, 'row')}, {count(groups, 'group')}: {count(computed, 'metric')} computed."
        table = Table(name="metrics", title="Metrics", columns=_COLUMNS, rows=rows, noun="metric")
        report = data_report(found, data.where.rstrip("/").rpartition("/")[2] or "data set", headline)
        files = {ANALYSIS: body}
        return DataAnalysis(found.data.rows, headline, files, table, report, found.data.unusable, found.said)


ANALYST = BiasAnalyst()


def _columns_of(document: MonitorDocument | None, wishes: Wishes) -> DataColumns:
    known = data_columns(document)
    return replace(known, input=known.input or wishes.features)


def _rows(found: Analysed) -> Iterator[Row]:
    counts, typed = found.data.counts, found.data.typed
    for name, facet in typed.facets.items():
        values = _values(found.report.analysis, name)
        try:
            groups = groups_of(facet, counts.facets[name], typed.label.texts, found.data.orders.get(name, ()))
        except ValueError:  # said in the notes
            continue
        for group in groups:
            known = values.get(group.text, {})
            ends = intervals(group.tables, known)
            for metric in METRICS:
                if metric in known:
                    yield _row(name, group, known[metric], ends.get(metric))


def _row(facet: str, group: Group, given: MetricValue, ends: Interval | None) -> Row:
    metric = METRICS[given.name]
    value = given.value
    enough = enough_rows(metric, group.tables) if ends is not None else None
    few = f" Few rows: {enough.smallest} in the smallest count." if enough is not None and not enough.observed else ""
    shown = str(value).replace("inf", "Infinity") if value is not None and isinf(value) else value
    means = given.error or f"{metric.meaning}{few}"
    rows = sum(group.tables.size(metric.basis))
    return Row(cells=(facet, group.text, given.name, shown, ends, int(rows), means), subject=f"{facet} = {group.text}")


def _values(analysis: Analysis, facet: str) -> dict[str, Mapping[str, MetricValue]]:
    """By group and metric, of both sections."""
    found: dict[str, Mapping[str, MetricValue]] = {}
    for _, section in analysis.sections():
        for entry in section.facets.get(facet, ()):
            known = found.get(entry.value_or_threshold, {})
            found[entry.value_or_threshold] = {**known, **{each.name: each for each in entry.metrics}}
    return found
