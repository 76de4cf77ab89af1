"""Whose an analysis.json is: of bias and of explanations, which have a file of this name each."""

from collections.abc import Iterable

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.files import SUMMARY, ExecutionFiles
from driftline.domain.executions.place import Place
from driftline.domain.json_reading import JsonDecoder

ANALYSIS = "analysis.json"


class _Head(msgspec.Struct):
    kind: str = ""


_HEADS = JsonDecoder(_Head)
_PARTS = JsonDecoder(dict[str, msgspec.Raw])


def is_analysis_of(kind: str, sections: Iterable[str], place: Place, files: ExecutionFiles) -> bool:
    """By what summary.json says, else by the sections of analysis.json.

    Raises:
        InvalidInputError: a file is not JSON.
    """
    name = ANALYSIS
    try:
        if files.summary is not None:
            name = SUMMARY
            return _HEADS.decode(files.summary).kind == kind
        return not _PARTS.decode(files.own.get(ANALYSIS, b"{}")).keys().isdisjoint(sections)
    except msgspec.DecodeError as error:
        raise InvalidInputError(f"not JSON ({error})", where=f"{place.folder}{name}") from None
