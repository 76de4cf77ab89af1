"""What the monitor document declares of columns: which are categorical, which are strict, which are left out."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.profiles.column import ColumnProfile
from driftline.domain.profiles.resolve import ResolvedTable

type Features = tuple[tuple[str, ColumnProfile], ...]


@dataclass(frozen=True, slots=True)
class DeclaredColumns:
    """Names of features.

    Attributes:
        categorical: Their values are categories, whatever they look like.
        excluded: They are not evaluated.
        strict: No chance is allowed for: one missing value may be a violation.
    """

    categorical: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    strict: frozenset[str] = frozenset()

    @classmethod
    def of(cls, document: MonitorDocument | None) -> Self:
        columns = document.columns if document else None
        if columns is None:
            return cls()
        return cls(frozenset(columns.categorical), frozenset(columns.exclude), frozenset(columns.strict))

    def features(self, features: Iterable[tuple[str, ColumnProfile]]) -> Features:
        """Those that are left, with the profiles that they count with."""
        return tuple(
            (name, profile.as_categorical() if name in self.categorical else profile)
            for name, profile in features
            if name not in self.excluded
        )

    def table(self, table: ResolvedTable) -> ResolvedTable:
        """The window's columns that are left."""
        return replace(
            table,
            features=self.features(table.features),
            by_place=tuple(name for name in table.by_place if name not in self.excluded),
            unknown_outputs=tuple(name for name in table.unknown_outputs if name not in self.excluded),
        )

    def unknown(self, names: Iterable[str]) -> tuple[str, ...]:
        """The declared names that are none of these, sorted."""
        return tuple(sorted((self.categorical | self.excluded | self.strict) - set(names)))
