"""Rows of a window that could not be used. Past a stated share they are a violation, whatever the kind of monitor."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from driftline.domain.executions.finding import Finding
from driftline.domain.monitors.alarms import REJECTED_SHARE

CHECK = "unusable_rows_check"
_REASONS_SHOWN = 3


class Unusable(BaseModel):
    """How many of some rows could not be used.

    Attributes:
        what: The rows, for people: `captured lines`.
        figure: Name of their share, one of UNUSABLE_FIGURES.
        total: Usable or not.
        reasons: Number of rows by reason, as far as reasons were looked up.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: str
    figure: str
    total: int
    unusable: int
    reasons: Mapping[str, int] = {}

    @property
    def share(self) -> float | None:
        """None without rows."""
        return self.unusable / self.total if self.total else None

    def finding(self, limit: float) -> Finding | None:
        """The violation, if the share is above the limit."""
        if self.share is None or self.share <= limit:
            return None
        return Finding(
            subject=self.what[:1].upper() + self.what[1:],
            check=CHECK,
            description=(
                f"{self.unusable:,} of {self.total:,} {self.what} ({_percent(self.share)}) could not be used, "
                f"at most {_percent(limit)} allowed{self._why()}"
            ),
            measure="share",
            figure=self.figure,
            observed=self.share,
            required=limit,
            side="at_most",
            n=self.total,
        )

    def _why(self) -> str:
        largest = sorted(self.reasons.items(), key=lambda pair: (-pair[1], pair[0]))[:_REASONS_SHOWN]
        return f": {'; '.join(reason for reason, _ in largest)}" if largest else ""


def _percent(share: float) -> str:
    return f"{100 * share:.4g} %"


def captured_lines(records: int, rejected: int, reasons: Mapping[str, int]) -> Unusable:
    """Capture lines of a window. Records that are skipped on purpose do not count.

    Args:
        records: Lines that gave rows.
        rejected: Lines that could not be read.
        reasons: Why, for some of them.
    """
    return Unusable(
        what="captured lines",
        figure=REJECTED_SHARE,
        total=records + rejected,
        unusable=rejected,
        reasons=dict(sorted(reasons.items())),
    )
