"""InferenceIds of some rows that satisfy a condition, from the columnar records."""

from collections.abc import Mapping, Sequence

from driftline.domain.capture.columns import ColumnKey
from driftline.domain.capture.conditions import Condition
from driftline.domain.errors import ObjectNotFoundError
from driftline.domain.windows import Window
from driftline.usecases.capture.window_profile import read_profiles
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.tables import CaptureTables
from driftline.usecases.unreadable_state import check_parquet

SAMPLES = 5
MAX_FILES = 8
"""Maximum number of capture files to search; a window of days may have thousands."""


def sample_inferences[Name](
    store: ObjectStore,
    parts: Sequence[str],
    window: Window,
    wanted: Mapping[Name, tuple[ColumnKey, Condition]],
    tables: CaptureTables,
    *,
    largest: int,
) -> dict[Name, tuple[str, ...]]:
    """Up to SAMPLES inferenceIds (otherwise eventIds) of rows for each condition.

    Args:
        parts: Keys of the window's profiles; MAX_FILES of them, evenly spread, are searched.
        largest: Bytes of the largest of these profiles.
    """
    samples: dict[Name, list[str]] = {name: [] for name in wanted}
    if not wanted:
        return {}
    searched: set[str] = set()
    for _, profile in read_profiles(store, spread(parts, MAX_FILES), largest=largest):
        # A capture file that spans hours has a profile for each of them, all with the same records.
        if profile.records_key in searched:
            continue
        searched.add(profile.records_key)
        open_questions = {name: wanted[name] for name, found in samples.items() if len(found) < SAMPLES}
        if not open_questions:
            break
        try:
            with store.local_copy(profile.records_key) as path:
                check_parquet(path, profile.records_key)
                for name, ids in tables.inference_ids(path, open_questions, window, SAMPLES).items():
                    # Two files may have the same id, and so may the rows of one record.
                    samples[name] = list(dict.fromkeys([*samples[name], *ids]))[:SAMPLES]
        except ObjectNotFoundError:
            continue  # Records may expire before profiles do.
    return {name: tuple(found) for name, found in samples.items() if found}


def spread(parts: Sequence[str], most: int) -> list[str]:
    """At most this many of the parts, evenly spread from the first to the last."""
    if len(parts) <= most:
        return list(parts)
    return [parts[i * (len(parts) - 1) // (most - 1)] for i in range(most)]
