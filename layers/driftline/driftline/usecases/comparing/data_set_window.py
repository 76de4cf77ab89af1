"""A data set in the place of a window: what an engine gets of it is what it would get of the same rows, captured."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from driftline.domain.capture.columns import ColumnKey
from driftline.domain.capture.conditions import Condition
from driftline.domain.capture.pairing import JSON_LAYOUT, NAMED_CSV_LAYOUT, CsvLayout
from driftline.domain.datasets import ProfiledDataset
from driftline.domain.errors import InvalidInputError
from driftline.domain.monitors.document import Columns, MonitorDocument
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.monitors.predictions_monitor import PredictionsMonitor
from driftline.domain.profiles.table import TableProfile
from driftline.domain.profiles.window import WindowProfile
from driftline.domain.windows import Window
from driftline.kinds.data import Explanations, WindowData, WindowRows
from driftline.usecases.baselines.baseline_memory import MEMORY_FILE, is_ours
from driftline.usecases.baselines.data_set import StoredDataSet
from driftline.usecases.comparing.data_set_rows import DataSetRows

BASELINE = "baseline/"


@dataclass(frozen=True, slots=True)
class DataSetWindow(WindowData):
    """`WindowData` of a data set and the files of a baseline.

    Attributes:
        files: Of the baseline, by name.
        document: Columns that it does not name are left out if it names any.
        window: Stands for the time of the rows, which have none.
    """

    data: StoredDataSet
    files: Mapping[str, bytes]
    document: MonitorDocument
    monitor: ScheduledMonitor
    window: Window

    @property
    def baseline_folder(self) -> str:
        return BASELINE

    def uri(self, key: str) -> str:
        return key

    def baseline(self, *names: str) -> Mapping[str, bytes]:
        return {name: self.files[name] for name in names if name in self.files}

    def suggested(self, name: str) -> bool:
        return is_ours(name, self.baseline(name, MEMORY_FILE))

    @property
    def explanations(self) -> Explanations:
        return self.data.explanations

    def profile(self) -> WindowProfile:
        """All rows in one layout, that of captures with the same names and types."""
        columns = self.document.columns or Columns()
        outputs, inputs = columns.output, columns.input
        named = {*outputs, *inputs, *columns.exclude}
        # A column that the document names and the data set lacks is for the monitor to find, not an error.
        profiled = self.data.profile((outputs, inputs), named)
        layout, keys = self._shape(profiled, outputs)
        table = TableProfile(profiled.rows, {keys[name]: column for name, column in profiled.features})
        return WindowProfile({layout: table}, records=profiled.rows)

    def _shape(self, profiled: ProfiledDataset, outputs: tuple[str, ...]) -> tuple[str, Mapping[str, ColumnKey]]:
        """The name of the layout, and the key of each column."""
        names = [name for name, _ in profiled.features]
        if profiled.by_place:
            by_place = CsvLayout(0, len(names))
            return by_place.name, dict(zip(names, by_place.keys, strict=True))
        keys = {name: f"{'output' if name in outputs else 'input'}.{name}" for name in names}
        return JSON_LAYOUT if self.data.has_types else NAMED_CSV_LAYOUT, keys

    def labelled(self) -> WindowRows:
        """Raises InvalidInputError: the settings do not say where labels are."""
        settings = self.monitor
        if not isinstance(settings, PredictionsMonitor) or settings.ground_truth_attribute is None:
            raise InvalidInputError("no ground_truth_attribute", expected="the name of the column with the label")
        columns = self.document.columns or Columns()
        return DataSetRows(self.data, settings, (*columns.output, *columns.input), self.window)

    def captured(self, since: datetime | None = None) -> WindowRows:  # noqa: ARG002
        """Raises InvalidInputError: kinds that compare data sets do not ask for it."""
        raise InvalidInputError("a data set has no captures", where=self.data.where)

    def inference_ids[Name](
        self,
        wanted: Mapping[Name, tuple[ColumnKey, Condition]],  # noqa: ARG002
    ) -> Mapping[Name, tuple[str, ...]]:
        """None: rows of a data set have no ids."""
        return {}
