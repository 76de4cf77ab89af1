"""What the monitors of bias and of attributions have in common: a configuration file, and no statistics."""

from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn, override

from driftline.domain.analysis_config.config_file import FILE as CONFIG_FILE
from driftline.domain.errors import InvalidInputError
from driftline.sagemaker.baselining import BaseliningJob, DataOfJob
from driftline.sagemaker.clarify.analysis import check_places, write_config
from driftline.sagemaker.clarify.data_config import DataConfig
from driftline.sagemaker.clarify.data_format import data_only, format_of
from driftline.sagemaker.fields import Config
from driftline.sagemaker.locations import below, local_files, write
from driftline.sagemaker.model_monitor import ModelMonitor
from driftline.sagemaker.monitor_config import Suggested, config_bytes
from driftline.sagemaker.monitoring_files import ConstraintViolations
from driftline.sagemaker.schedules import attributes_of

ANALYSIS = "analysis.json"


class ClarifyModelMonitor(ModelMonitor):
    """A monitor whose analysis_config.json says what it compares. Use one of its subclasses."""

    _ANALYST: ClassVar[str]

    _suggested: Suggested | None = None

    @override
    def run_baseline(self, **_: object) -> NoReturn:
        """As that of other monitors."""
        super().run_baseline()

    @override
    def baseline_statistics(self, file_name: str = "statistics.json") -> NoReturn:
        """Raises InvalidInputError: the baseline is analysis.json."""
        raise self._no_statistics("suggested_constraints(), which is analysis.json")

    def latest_monitoring_statistics(self, **_: object) -> NoReturn:
        """Raises InvalidInputError: an execution has analysis.json."""
        raise self._no_statistics(
            "latest_monitoring_constraint_violations(), or analysis.json in list_executions()[-1].output.destination"
        )

    def latest_monitoring_constraint_violations(
        self, file_name: str = "constraint_violations.json"
    ) -> ConstraintViolations | None:
        """Of the newest execution; None if there is none yet, or it failed."""
        return self._latest_violations(file_name)

    def _suggest(
        self, call: Mapping[str, Any], analysis: Config, data: DataOfJob, suggested: Suggested
    ) -> BaseliningJob:
        """Computes the baseline here.

        Args:
            call: All arguments of suggest_baseline.
            analysis: As SageMaker's processing job would get it; it goes where the results go.
            data: Of which files and their format are not known yet.
            suggested: For the schedule.
        """
        self._explained.of(call)
        config: DataConfig = call["data_config"]
        session, name = self.sagemaker_session, self._job_name(call["job_name"])
        check_places(config, session)
        with local_files(config.s3_data_input_path, session) as found:
            files = data_only(found)
            whole = DataOfJob(
                files, format_of(config, files), {"enabled": False}, data.config, data.models, data.predictor
            )
            job = self._started(call, name, whole)
        write(below(config.s3_output_path, ANALYSIS), job.files()[ANALYSIS], session)
        write_config(config, analysis, session)
        self._suggested = suggested
        return job

    def _clarify_fields(self, where: str, call: Mapping[str, Any]) -> dict[str, object]:
        fields = self._fields(where, call)
        endpoint = self._endpoint(where, call)
        stated = attributes_of(endpoint) if endpoint is not None else {}
        if self._suggested is not None and "monitor_schedule_name" in call:
            stated = {**self._suggested.answers, **stated}
        return {**fields, **{name: value for name, value in stated.items() if name in self._ATTRIBUTES}}

    _ATTRIBUTES: ClassVar[frozenset[str]]
    """The document's fields that say where predictions are."""

    def _files(self, call: Mapping[str, Any]) -> dict[str, bytes | None]:
        """Baseline and configuration.

        Raises:
            InvalidInputError: the configuration cannot be used, or a new schedule has none.
        """
        return {
            ANALYSIS: self._bytes(call["constraints"]),
            CONFIG_FILE: self._config(call),
        }

    def _config(self, call: Mapping[str, Any]) -> bytes | None:
        if call["analysis_config"] is not None:
            return config_bytes(call["analysis_config"], self.sagemaker_session, self._ANALYST)
        if "monitor_schedule_name" not in call:
            return None
        if self._suggested is None:
            raise InvalidInputError(
                "no analysis_config, and no baseline was suggested by this monitor",
                where="create_monitoring_schedule",
                expected="BiasAnalysisConfig, ExplainabilityAnalysisConfig, or the place of an analysis_config.json",
            )
        return self._suggested.config

    def _no_statistics(self, instead: str) -> InvalidInputError:
        return InvalidInputError("it has no statistics", where=type(self).__name__, expected=instead)
