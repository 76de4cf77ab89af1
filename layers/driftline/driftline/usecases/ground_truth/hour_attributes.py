"""Attributes of the inferences of an hour, from the files that users upload."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from driftline.domain.attributes.files import MOST_BYTES, AttributeFile, too_large
from driftline.domain.errors import InvalidInputError, StaleReadError
from driftline.usecases.ports import ObjectStore, ObjectSummary
from driftline.usecases.ports.tables import LabelTables


@dataclass(frozen=True, slots=True)
class HourAttributes:
    """See the module.

    Attributes:
        files: In the order of their keys.
        problems: One sentence for each file with rows that cannot be used; complete after all rows were read.
    """

    store: ObjectStore
    tables: LabelTables
    files: Sequence[ObjectSummary]
    problems: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[tuple[str, str]]:
        """(inferenceId, attributes as a JSON object), file by file. A file that cannot be read costs only its own rows.

        Raises:
            ObjectNotFoundError, StaleReadError: a file was deleted or replaced since it was listed.
        """
        for summary in self.files:
            try:
                file = read_attributes(self.store, summary, self.tables)
                _, problem = file.check()
            except InvalidInputError as error:
                text = str(error)
                text += "" if text.endswith(".") else "."
                self.problems.append(f"{text} None of the file's rows are used.")
                continue
            if problem:
                self.problems.append(f"{problem}.")
            yield from file.rows()


def read_attributes(store: ObjectStore, summary: ObjectSummary, tables: LabelTables) -> AttributeFile:
    """One of the files.

    Raises:
        ObjectNotFoundError, StaleReadError: it was deleted or replaced since it was listed.
        InvalidInputError: it is too large.
    """
    if summary.size > MOST_BYTES:
        raise too_large(summary.key)
    stored = store.get(summary.key)
    if stored.etag != summary.etag:
        raise StaleReadError("a file with attributes was replaced while it was read", where=store.uri(summary.key))
    return AttributeFile(summary.key, stored.body, tables.parquet_attributes)
