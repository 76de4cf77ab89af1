"""The data-quality monitor: baselines from data sets, and a window's rows against the stored baseline."""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast, override

from pydantic import JsonValue

from driftline.domain.drift.distance import Comparison, DriftMethod
from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.finding import Finding
from driftline.domain.executions.judgement import Judgement
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.profiles.declared import DeclaredColumns
from driftline.domain.profiles.resolve import DocumentColumns, resolve_columns
from driftline.domain.spelling import did_you_mean
from driftline.kinds.data import DataSet, WindowData
from driftline.kinds.data_quality.evidence import conditions_of
from driftline.kinds.data_quality.rules.by_type import (
    column_by_type,
    constraints_with_booleans,
    numbers_in_texts,
    statistics_with_booleans,
    table_by_type,
)
from driftline.kinds.data_quality.rules.check import check
from driftline.kinds.data_quality.rules.constraints import Constraints, parse_constraints
from driftline.kinds.data_quality.rules.drift_check import is_suggested
from driftline.kinds.data_quality.rules.evaluate import DataQualityContext, Evaluation, evaluate
from driftline.kinds.data_quality.rules.observed import observations_of, statistics_of
from driftline.kinds.data_quality.rules.quiet_rate import Judged, quiet_rate
from driftline.kinds.data_quality.rules.resemblance import resemblance_of
from driftline.kinds.data_quality.rules.sensitivity import WINDOWS, sensitivity
from driftline.kinds.data_quality.rules.statistics import Statistics, parse_statistics
from driftline.kinds.data_quality.rules.suggestion import mixed_features, suggest_constraints, with_excluded
from driftline.kinds.data_quality.rules.uncertainties import uncertainties
from driftline.kinds.data_quality.settings import DataQualityMonitor
from driftline.kinds.engine import Context, Engine, GivenFile, Suggestion, complete
from driftline.presentation.limits import quiet_rates_said

STATISTICS = "statistics.json"
CONSTRAINTS = "constraints.json"


class DataQualityEngine(Engine):
    """Compares inputs and predictions with the baseline."""

    @override
    def baseline_settings(self, document: MonitorDocument | None, where: str) -> dict[str, JsonValue]:
        """A monitor document is not required; its `columns` are used if there is one, and how it compares."""
        columns = _columns(document)
        settings: dict[str, JsonValue] = {"output": list(columns[0]), "input": list(columns[1])} if columns else {}
        declared = DeclaredColumns.of(document)
        # The defaults are left out: they were not recorded before they made a difference.
        settings |= {"comparison": "sagemaker"} if _as_sagemaker(document) else {}
        settings |= {"drift": "psi"} if _drift(document) is DriftMethod.PSI else {}
        for field, names in (("categorical", declared.categorical), ("exclude", declared.excluded)):
            if names:
                settings[field] = list[JsonValue](sorted(names))
        return settings

    @override
    def suggest(self, document: MonitorDocument | None, data: DataSet, where: str) -> Suggestion:
        declared = DeclaredColumns.of(document)
        profiled = data.profile(_columns(document), declared.excluded)
        names = [name for name, _ in profiled.features]
        _check_declared(declared, (*names, *profiled.left_out), where)
        as_sagemaker = _as_sagemaker(document)
        features = declared.features(profiled.features)
        if not as_sagemaker:
            features = tuple((name, column_by_type(profile)) for name, profile in features)
        statistics = statistics_of(profiled.rows, features)
        observations = observations_of(features)
        mixed = () if as_sagemaker else mixed_features(observations)
        constraints = suggest_constraints(statistics, mixed=mixed)
        files = {
            STATISTICS: statistics.to_json().encode(),
            CONSTRAINTS: with_excluded(constraints, names).to_json().encode(),
        }
        warnings = (*profiled.warnings, *uncertainties(statistics, observations, constraints))
        options = constraints.monitoring_config.distribution_constraints
        judged = Judged(
            Comparison.SAGEMAKER if as_sagemaker else Comparison.DRIFTLINE, _drift(document), declared.strict
        )
        rates = {rows: quiet_rate(statistics, constraints, rows, judged) for rows in WINDOWS}
        found = () if as_sagemaker else sensitivity(profiled.rows, len(names), options, judged.drift)
        return Suggestion(
            profiled.rows,
            files,
            left_out=profiled.left_out,
            warnings=warnings,
            sensitivity=(*quiet_rates_said(rates), *found),
        )

    @override
    def rehearse(
        self, document: MonitorDocument | None, suggested: Mapping[str, bytes], window: DataSet, where: str
    ) -> Sequence[Finding]:
        declared = DeclaredColumns.of(document)
        profiled = window.profile(_columns(document), declared.excluded)
        features = declared.features(profiled.features)
        mode = Comparison.SAGEMAKER if _as_sagemaker(document) else Comparison.DRIFTLINE
        if mode is Comparison.DRIFTLINE:
            features = tuple((name, column_by_type(profile)) for name, profile in features)
        verdict = check(
            statistics_of(profiled.rows, features),
            observations_of(features),
            parse_statistics(suggested[STATISTICS], where),
            parse_constraints(suggested[CONSTRAINTS], where),
            mode,
            strict=declared.strict,
            drift=_drift(document),
        )
        return [finding for finding in verdict.findings if finding.violation]

    @override
    def accept_baseline(self, settings: ScheduledMonitor, given: Mapping[str, GivenFile]) -> Mapping[str, bytes]:
        files = complete(given, (STATISTICS, CONSTRAINTS))
        parse_statistics(files[STATISTICS].body, files[STATISTICS].where)
        parse_constraints(files[CONSTRAINTS].body, files[CONSTRAINTS].where)
        return {name: file.body for name, file in files.items()}

    @override
    def evaluate(self, context: Context, data: WindowData) -> Judgement:
        """Checks the window's merged profile against the baseline's statistics and constraints.

        Raises:
            InvalidInputError: no constraints, or a file of the baseline cannot be read.
        """
        settings = cast("DataQualityMonitor", context.settings)
        files = data.baseline(STATISTICS, CONSTRAINTS)
        constraints = _constraints(files, data)
        statistics = _statistics(files, data)
        del files  # hundreds of megabytes, with thousands of columns
        profile = data.profile()
        mode = Comparison(settings.comparison)
        if mode is Comparison.DRIFTLINE:
            constraints = constraints_with_booleans(constraints)
            statistics = statistics_with_booleans(statistics) if statistics else None
        declared = context.declared
        table = resolve_columns(
            profile,
            document_columns=context.columns,
            baseline_names=[feature.name for feature in constraints.features],
            resemblance=resemblance_of(constraints, statistics),
            strictly_by_place=mode is Comparison.SAGEMAKER,
            optional=declared.excluded,
        )
        unknown = declared.unknown(
            [*(name for name, _ in table.features), *(each.name for each in constraints.features)]
        )
        table = declared.table(table)
        constraints = constraints.declared(declared.categorical, declared.excluded)
        if statistics is not None:
            statistics = statistics.declared(declared.categorical, declared.excluded)
        notes: tuple[str, ...] = ()
        if mode is Comparison.DRIFTLINE:
            notes = tuple(numbers_in_texts(table, constraints))
            table = table_by_type(table, constraints)
        evaluation = evaluate(
            table,
            statistics,
            constraints,
            mode,
            DataQualityContext(
                endpoint=context.endpoint,
                monitor=context.monitor,
                schedule=context.schedule,
                window=context.window,
                scheduled_time=context.scheduled_time,
                records=profile.records,
                rejected=profile.rejected,
                skipped=profile.skipped,
                statistics_key=data.baseline_folder + STATISTICS if statistics else None,
                constraints_key=data.baseline_folder + CONSTRAINTS,
                metrics_level=context.metrics_level(settings.metrics),
                top_features=settings.top_features or context.defaults.top_features,
                alarmed=frozenset(context.alarmed),
                model=context.model,
                columns=context.columns,
                notes=(*notes, *_unused_limits(settings, constraints)),
                drift=DriftMethod(settings.drift),
                strict=declared.strict,
                unknown_columns=unknown,
            ),
        )
        wanted = conditions_of(evaluation.verdict.findings, table.keys, constraints, mode)
        return _judgement(evaluation.with_inference_ids(data.inference_ids(wanted)))


ENGINE = DataQualityEngine()


def _check_declared(declared: DeclaredColumns, names: Sequence[str], where: str) -> None:
    """Raises InvalidInputError: a column of the data set is declared categorical that it does not have."""
    unknown = sorted(declared.categorical - set(names))
    if unknown:
        raise InvalidInputError(
            f"columns.categorical names {', '.join(unknown)}, which the data set does not have",
            where=where,
            expected=f"columns of the data set: {', '.join(names)}",
            mend=did_you_mean(unknown[0], names),
        )


def _unused_limits(settings: DataQualityMonitor, constraints: Constraints) -> Iterator[str]:
    """A limit that a person wrote is not passed over in silence."""
    options = constraints.monitoring_config.distribution_constraints
    if settings.drift == "psi" and not is_suggested(options):
        yield (
            "The monitor's drift is psi, so the comparison methods and thresholds of constraints.json were not used. "
            "Set drift: distance to use them."
        )


def _as_sagemaker(document: MonitorDocument | None) -> bool:
    monitors = document.monitors.by_name().values() if document else ()
    return any(isinstance(each, DataQualityMonitor) and each.comparison == "sagemaker" for each in monitors)


def _drift(document: MonitorDocument | None) -> DriftMethod:
    monitors = document.monitors.by_name().values() if document else ()
    by_psi = any(isinstance(each, DataQualityMonitor) and each.drift == "psi" for each in monitors)
    return DriftMethod.PSI if by_psi else DriftMethod.DISTANCE


def _columns(document: MonitorDocument | None) -> DocumentColumns | None:
    columns = document.columns if document else None
    return (columns.output, columns.input) if columns else None


def _judgement(evaluation: Evaluation) -> Judgement:
    return Judgement(
        evaluation.summary,
        evaluation.files(),
        evaluation.metrics,
        evaluation.alarmed,
        figures=evaluation.figures,
    )


def _constraints(files: Mapping[str, bytes], data: WindowData) -> Constraints:
    folder = data.baseline_folder
    body = files.get(CONSTRAINTS)
    if body is None:
        raise InvalidInputError(
            "there is no baseline to compare with",
            where=data.uri(folder + CONSTRAINTS),
            expected="constraints.json, and statistics.json for the drift check",
            mend=f"Upload a data set to {folder}input/, or the files that SageMaker made to {folder}.",
        )
    return parse_constraints(body, folder + CONSTRAINTS)


def _statistics(files: Mapping[str, bytes], data: WindowData) -> Statistics | None:
    """Without them the summary says that drift was not checked."""
    body = files.get(STATISTICS)
    return parse_statistics(body, data.baseline_folder + STATISTICS) if body is not None else None
