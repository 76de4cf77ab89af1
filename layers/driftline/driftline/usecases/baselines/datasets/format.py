"""How to read a data set: SageMaker's dataset_format, from `input/_format.json`, or detected."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from driftline.domain.errors import InvalidInputError

FORMAT_FILE = "_format.json"

MOST_MEGABYTES = 8_192
"""Of a data set, unpacked: suggest_baseline has 15 minutes, and reads some 20 MB of CSV a second."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CsvFormat(_Part):
    """`header` None: detected. `output_columns_position` END: the output columns are the last ones."""

    header: bool | None = None
    output_columns_position: Literal["START", "END"] = "START"


class JsonFormat(_Part):
    """JSON Lines; whole documents are not read, because they have to fit into memory."""

    lines: Literal[True] = True


class ParquetFormat(_Part):
    pass


class DatasetFormat(_Part):
    """At most one of the three; if none is set, each file is recognised by its first bytes.

    Attributes:
        max_unpacked_megabytes: Of all CSV and JSON files together, unpacked if they are gzip.
    """

    csv: CsvFormat | None = None
    json_: JsonFormat | None = None
    parquet: ParquetFormat | None = None
    max_unpacked_megabytes: int = Field(default=MOST_MEGABYTES, ge=1)

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=lambda name: name.rstrip("_"))

    @model_validator(mode="after")
    def _at_most_one(self) -> Self:
        if sum(part is not None for part in (self.csv, self.json_, self.parquet)) > 1:
            raise ValueError("set only one of csv, json and parquet")
        return self

    @property
    def kind(self) -> Literal["csv", "json", "parquet"] | None:
        """The format of all files; None to detect it."""
        if self.csv:
            return "csv"
        if self.json_:
            return "json"
        return "parquet" if self.parquet else None


def parse_format(body: bytes, where: str) -> DatasetFormat:
    """Raises InvalidInputError: not a dataset_format; `where` names the file."""
    try:
        return DatasetFormat.model_validate_json(body)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        field = ".".join(map(str, problem["loc"])) or "the file"
        raise InvalidInputError(
            f"{field}: {problem['msg']}",
            where=where,
            expected='{"csv": {"header": true, "output_columns_position": "START"}}, {"json": {"lines": true}} '
            'or {"parquet": {}}',
            mend="Correct the file, or remove it to have the format detected.",
        ) from None
