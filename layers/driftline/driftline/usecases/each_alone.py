"""Loops in which one that fails does not stop the others."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from driftline.domain.errors import DriftlineError, InvalidInputError, StaleReadError

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Each[T, R]:
    """What came of each item.

    Attributes:
        done: Item -> result.
        failed: Item -> why there is none.
    """

    done: Mapping[T, R]
    failed: Mapping[T, Exception]


def each_alone[T, R](items: Iterable[T], work: Callable[[T], R]) -> Each[T, R]:
    """The work for each item, in order, whatever happens to the others; each failure is logged with its item."""
    done: dict[T, R] = {}
    failed: dict[T, Exception] = {}
    for item in items:
        try:
            done[item] = work(item)
        except Exception as error:  # noqa: BLE001 - of AWS, and defects: the next item has nothing to do with either
            _log.error("%s: %s", item, error, exc_info=not isinstance(error, DriftlineError))
            failed[item] = error
    return Each(done, failed)


def raise_for(failed: Mapping[str, Exception], what: str, mend: str = "") -> None:
    """Says all of them in one error.

    Args:
        what: Of how many what did not succeed, for example `2 of 5 endpoints could not be swept`.

    Raises:
        InvalidInputError: a person has to fix all of them.
        StaleReadError: a retry may help with some.
    """
    if not failed:
        return
    said = f"{what}: " + "; ".join(f"{item}: {error}" for item, error in failed.items())
    if all(isinstance(error, InvalidInputError) for error in failed.values()):
        raise InvalidInputError(said, mend=mend)
    raise StaleReadError(said, mend=mend)
