"""groups.json: what analysis.json has no room for, beside it: the types of the columns, and the counts of the baseline.

Clarify decides again in every window whether a column is a category or a number; here it is decided once, by the data
set. The counts give the baseline's metrics the intervals that a comparison of two samples needs.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from driftline.domain.errors import InvalidInputError, unreadable
from driftline.kinds.model_bias.rules.columns import ColumnType, DataType, Element
from driftline.kinds.model_bias.rules.counts import Counts

GROUPS = "groups.json"


class _Type(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    data: DataType
    element: Element

    @classmethod
    def of(cls, found: ColumnType) -> Self:
        return cls(data=found.data, element=found.element)

    @property
    def column_type(self) -> ColumnType:
        return ColumnType(self.data, self.element)


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = 1
    analysis: str
    label: _Type
    columns: dict[str, _Type]
    orders: dict[str, tuple[str, ...]]
    counts: str


@dataclass(frozen=True, slots=True)
class BaselineGroups:
    """See the module.

    Attributes:
        label: Type of the label.
        columns: Types of the facets' columns, by name.
        orders: Values of facets in the order of the data set, by facet.
        counts: Of the data set.
    """

    label: ColumnType
    columns: Mapping[str, ColumnType]
    orders: Mapping[str, tuple[str, ...]]
    counts: Counts

    def to_json(self, analysis: bytes) -> bytes:
        """The file that belongs to this analysis.json."""
        return (
            _File(
                analysis=sha256(analysis).hexdigest(),
                label=_Type.of(self.label),
                columns={name: _Type.of(each) for name, each in self.columns.items()},
                orders=dict(self.orders),
                counts=b64encode(self.counts.to_bytes()).decode(),
            )
            .model_dump_json(indent=2)
            .encode()
        )

    @classmethod
    def parse(cls, body: bytes, where: str) -> Self:
        """Raises InvalidInputError: not such a file, or damaged."""
        return cls._of(_read(body, where), where)

    @classmethod
    def belonging_to(cls, analysis: bytes, body: bytes | None, where: str) -> Self | None:
        """Of exactly this analysis.json; None if there is none, because a person or Clarify wrote the analysis.

        Raises:
            InvalidInputError: not such a file, or damaged.
        """
        if body is None:
            return None
        read = _read(body, where)
        return cls._of(read, where) if read.analysis == sha256(analysis).hexdigest() else None

    @classmethod
    def _of(cls, read: _File, where: str) -> Self:
        columns = {name: each.column_type for name, each in read.columns.items()}
        try:
            body = b64decode(read.counts, validate=True)
        except ValueError:
            raise InvalidInputError("counts are not BASE64", where=where) from None
        return cls(read.label.column_type, columns, read.orders, Counts.from_bytes(body, where))


def _read(body: bytes, where: str) -> _File:
    try:
        return _File.model_validate_json(body)
    except ValidationError as error:
        raise unreadable(error, where) from None
