"""What charts of all sorts are made of."""

from dataclasses import dataclass

type Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Behind:
    """The figures behind a chart, as texts."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
