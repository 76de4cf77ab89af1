"""What an upload means for baselines: every baseline that it takes part in is suggested, refused, or waits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from driftline.domain.errors import InvalidInputError, PendingError
from driftline.domain.keys import baseline_folder, parse_baseline_input_key, parse_baseline_key
from driftline.kinds.kind import Kinds
from driftline.usecases.baselines.refusals import inputs_of, keep_refusal, take_back_refusal
from driftline.usecases.baselines.suggest_baseline import NoDataSetError, baselines_of, suggest_baseline
from driftline.usecases.explanations.explaining import Explaining
from driftline.usecases.ports import EditableStore, Operators
from driftline.usecases.ports.predictions import Predictor
from driftline.usecases.ports.tables import DataSetTables

MOST_BYTES = 8 << 30
"""Of a data set that one function reads within fifteen minutes, and has room for on its disk."""

type Done = Mapping[str, object]
"""What there is to log."""


@dataclass(frozen=True)
class Reading:
    """What reading uploaded data sets needs."""

    store: EditableStore
    tables: DataSetTables
    operators: Operators
    kinds: Kinds
    predictor: Predictor
    explaining: Explaining


def subject_of(key: str) -> str:
    """What an upload is about: uploads of one subject mean the same, to read it as it is.

    The files of a data set are one subject, with those next to it that say how it is read; any other object is its own.
    """
    place = parse_baseline_input_key(key) or parse_baseline_key(key)
    return baseline_folder(place[0], place[1]) if place else key


def suggest_uploaded(key: str, message: str, reading: Reading) -> Iterator[tuple[str, Done]]:
    """(what happened, to which baseline), one after the other.

    Args:
        key: Of the uploaded object.
        message: Comes again when explanations that are waited for are there.
    """
    for endpoint, monitor in baselines_of(reading.store, key, kinds=reading.kinds):
        what, more = _suggested(endpoint, monitor, message, reading)
        yield what, {"endpoint": endpoint, "monitor": monitor, **more}


def _suggested(endpoint: str, monitor: str, message: str, reading: Reading) -> tuple[str, Done]:
    inputs = inputs_of(reading.store, endpoint, monitor)
    try:
        suggested = suggest_baseline(
            endpoint,
            monitor,
            store=reading.store,
            tables=reading.tables,
            operators=reading.operators,
            kinds=reading.kinds,
            predictor=reading.predictor,
            explaining=reading.explaining,
            most_bytes=MOST_BYTES,
        )
    except PendingError as pending:
        reading.explaining.wait_with_baseline(endpoint, monitor, message, pending, reading.store)
        return "waiting for explanations", {"needs": len(pending.needs)}
    except NoDataSetError:
        return "no data yet", {}
    except InvalidInputError as error:
        # No retry can fix a data set: the people who uploaded it have to.
        keep_refusal(reading.store, endpoint, monitor, inputs, error)
        reading.operators.notify(f"Driftline: the baseline of {endpoint} cannot be read", str(error))
        return "refused", {}
    take_back_refusal(reading.store, endpoint, monitor, inputs)
    return "suggested", {"rows": suggested.rows, "files": dict(suggested.files)}
