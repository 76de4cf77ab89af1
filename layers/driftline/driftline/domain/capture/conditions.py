"""Conditions on one captured value: which rows are behind a finding. An adapter turns them into a query."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class IsMissing:
    """There is no value."""


@dataclass(frozen=True, slots=True)
class IsNotOfType:
    """The value is written as another type. Values of `String` are those that are not numbers; a Number is either."""

    type: Literal["Integral", "Fractional", "Number", "String"]


@dataclass(frozen=True, slots=True)
class IsNoneOf:
    """There is a value, and it is none of these."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IsOneOf:
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IsBetween:
    """A number in [lower, upper); None: open."""

    lower: float | None
    upper: float | None


type Condition = IsMissing | IsNotOfType | IsNoneOf | IsOneOf | IsBetween
