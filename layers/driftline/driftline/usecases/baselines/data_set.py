"""The data set of a baseline, as engines read it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from driftline.domain.datasets import ProfiledDataset, RowBatch
from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import baseline_folder
from driftline.domain.predictions.questions import Question
from driftline.domain.profiles.resolve import DocumentColumns
from driftline.kinds.data import DataSet, Explanations, Naming
from driftline.usecases.baselines.answered_data_set import AnsweredDataSet, asked
from driftline.usecases.baselines.datasets.file_profile import FileProfile, profile_files
from driftline.usecases.baselines.datasets.files import has_types, read_files, row_readers
from driftline.usecases.baselines.datasets.format import FORMAT_FILE, CsvFormat, DatasetFormat, parse_format
from driftline.usecases.baselines.datasets.reader import profile_dataset
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.predictions import Predictor
from driftline.usecases.ports.tables import DataSetTables


@dataclass(frozen=True, slots=True)
class StoredDataSet:
    """`DataSet` of files in a store.

    Attributes:
        keys: Keys of the files, in reading order; at least one.
        options: From `_format.json`; what it leaves open is detected.
        tables: Reads CSV and Parquet.
        folder: The baseline's folder, with a closing slash: it may have files that say how the data set is read.
        predictor: Asks endpoints for predictions that the data set lacks; None where none can be asked.
        explained: Explanations of its rows; None where there are none.
        model: The file of the model whose baseline it is, where it is not the one that the document names.
        profiled: Profiles of the files, in their order, where these were made before; None: the files are read.
        assumed: What had to be assumed in reading, each once; complete after the data set was read.
    """

    store: ObjectStore
    keys: Sequence[str]
    options: DatasetFormat
    tables: DataSetTables
    folder: str = ""
    predictor: Predictor | None = None
    explained: Explanations | None = None
    model: str = ""
    profiled: Iterable[FileProfile] | None = None
    assumed: dict[str, None] = field(default_factory=dict)

    @property
    def where(self) -> str:
        return self.store.uri(self.keys[0].rsplit("/", 1)[0] + "/")

    @property
    def has_types(self) -> bool:
        """Whether its values have a type of their own: cells of CSV do not."""
        return has_types(self.store, self.keys, self.options)

    def profile(self, columns: DocumentColumns | None, optional: Collection[str] = ()) -> ProfiledDataset:
        files = self.profiled or profile_files(self.store, self.keys, self.options, self.tables, self._assume)
        return profile_dataset(
            files, options=self.options, where=self.store.uri(self.keys[0]), columns=columns, optional=optional
        )

    def batches(self) -> Iterator[tuple[bool, RowBatch]]:
        return read_files(self.store, self.keys, self.options, row_readers(self.tables), self._assume)

    def beside(self, name: str) -> bytes | None:
        found = self.store.find(self.folder + name)
        return found.body if found else None

    @property
    def explanations(self) -> Explanations:
        """Raises InvalidInputError: nothing can be explained here."""
        if self.explained is None:
            raise InvalidInputError("rows of this data set cannot be explained here", where=self.where)
        return self.explained

    def with_answers(
        self,
        question: Question,
        features: Sequence[str],
        others: Collection[str],
        outputs: Sequence[str],
        naming: Naming,
    ) -> DataSet:
        return AnsweredDataSet(self, question, asked(self.predictor, question), features, others, outputs, naming)

    def _assume(self, warning: str) -> None:
        self.assumed[warning] = None


def stated_format(store: ObjectStore, endpoint: str, monitor: str, *, header: bool) -> tuple[str, bytes]:
    """(key, content) of a `_format.json` that states whether CSV files have a header; the rest of it stays.

    Raises:
        InvalidInputError: the file says that the data set is not CSV, or is not a dataset_format.
    """
    key = f"{baseline_folder(endpoint, monitor)}input/{FORMAT_FILE}"
    found, where = store.find(key), store.uri(key)
    there = parse_format(found.body, where) if found else DatasetFormat()
    if there.kind not in {None, "csv"}:
        raise InvalidInputError(
            f"the format of the data set is {there.kind}, which has no header",
            where=where,
            mend="Remove the file, or leave out --header and --no-header.",
        )
    csv = (there.csv or CsvFormat()).model_copy(update={"header": header})
    # Earlier releases do not know the limit, so it is written only where somebody set it.
    unset = {"max_unpacked_megabytes"} - there.model_fields_set
    stated = there.model_copy(update={"csv": csv})
    return key, stated.model_dump_json(by_alias=True, exclude_none=True, exclude=unset).encode()
