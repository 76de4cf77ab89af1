"""The data set of a baseline, as engines read it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from driftline.domain.datasets import ProfiledDataset, RowBatch
from driftline.domain.profiles.resolve import DocumentColumns
from driftline.usecases.baselines.datasets.files import read_files, row_readers
from driftline.usecases.baselines.datasets.format import DatasetFormat
from driftline.usecases.baselines.datasets.reader import profile_dataset
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.tables import DataSetTables


@dataclass(frozen=True, slots=True)
class StoredDataSet:
    """`DataSet` of files in a store.

    Attributes:
        keys: Keys of the files, in reading order; at least one.
        options: From `_format.json`; what it leaves open is detected.
        tables: Reads CSV and Parquet.
    """

    store: ObjectStore
    keys: Sequence[str]
    options: DatasetFormat
    tables: DataSetTables

    @property
    def where(self) -> str:
        return self.store.uri(self.keys[0].rsplit("/", 1)[0] + "/")

    def profile(self, columns: DocumentColumns | None) -> ProfiledDataset:
        return profile_dataset(self.store, self.keys, self.options, columns, self.tables)

    def batches(self) -> Iterator[tuple[bool, RowBatch]]:
        return read_files(self.store, self.keys, self.options, row_readers(self.tables))
