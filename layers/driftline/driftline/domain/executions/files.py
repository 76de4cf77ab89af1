"""The files of an execution and of its baseline, as bytes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from driftline.domain.json_reading import JsonDecoder

SUMMARY = "summary.json"


@dataclass(frozen=True, slots=True)
class ExecutionFiles:
    """The existing files, by name.

    Attributes:
        previous: Files of the previous execution, if the baseline lacks what a window is drawn next to.
    """

    own: Mapping[str, bytes]
    baseline: Mapping[str, bytes] = field(default_factory=dict)
    previous: Mapping[str, bytes] = field(default_factory=dict)
    revision: int | None = None

    @property
    def summary(self) -> bytes | None:
        """None if SageMaker wrote the files."""
        return self.own.get(SUMMARY)


class _Summary(msgspec.Struct):
    """The location of the baseline, before anything else is read."""

    baseline: dict[str, str | None] = msgspec.field(default_factory=dict)


_SUMMARIES = JsonDecoder(_Summary)


def baseline_keys(summary: bytes | None, names: tuple[str, ...], default_folder: str) -> dict[str, str]:
    """Keys of the baseline's files: as the summary says, else in a folder.

    Version 1 of the summary names `statistics.json` by its stem. Files that the summary does not name are in the folder
    of those that it names.
    """
    try:
        named = _SUMMARIES.decode(summary).baseline if summary is not None else {}
    except msgspec.DecodeError:
        named = {}  # The reader of the summary reports what is wrong with it.
    known = {name: key for name in names if (key := named.get(name) or named.get(name.removesuffix(".json")))}
    folders = [f"{key.rpartition('/')[0]}/" for key in known.values() if "/" in key]
    return {name: known.get(name, f"{next(iter(folders), default_folder)}{name}") for name in names}
