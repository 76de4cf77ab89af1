"""The head of an earlier execution's summary, read fast and leniently: older versions wrote fewer figures."""

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.files import SUMMARY
from driftline.domain.executions.place import Place
from driftline.domain.json_reading import JsonDecoder


class PastFinding(msgspec.Struct):
    subject: str
    check: str
    violation: bool = True


class PastSummary(msgspec.Struct):
    """What every kind's summary has; a kind adds its body."""

    rows: int
    evaluated_rows: int | None = None
    coverage: float | None = None
    findings: list[PastFinding] = []

    @property
    def violated(self) -> list[tuple[str, str]]:
        """(subject, check) of each violation."""
        return [(each.subject, each.check) for each in self.findings if each.violation]


def decode_summary[Summary: PastSummary](
    decoder: JsonDecoder[Summary], body: bytes, place: Place, of: str = ""
) -> Summary:
    """The summary.json of an execution.

    Args:
        of: What it is a summary of, for the error.

    Raises:
        InvalidInputError: not a summary of this kind.
    """
    try:
        return decoder.decode(body)
    except msgspec.DecodeError as error:
        raise InvalidInputError(
            f"not a summary{of and f' of {of}'} ({error})", where=f"{place.folder}{SUMMARY}"
        ) from None
