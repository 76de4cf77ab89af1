"""The reported end of a retraining: which run it is, and its record."""

from dataclasses import dataclass
from datetime import datetime

from driftline.domain.monitors.ownership import Ownership
from driftline.domain.retraining.audit import EndRecord
from driftline.domain.retraining.ledger import Ledger, Run
from driftline.domain.retraining.request import cut


@dataclass(frozen=True, slots=True)
class RunEnd:
    """The reported end of a run.

    Attributes:
        endpoint: None if only the run is known.
        id: Id of the request; None: the running one.
        arn: ARN of the run.
    """

    outcome: str
    at: datetime
    endpoint: str | None = None
    id: str | None = None
    arn: str | None = None


def ended_run(ledger: Ledger, end: RunEnd) -> Run | None:
    """The run that ended; None if it is not in this ledger."""
    if end.id is not None or end.arn is not None:
        return next(
            (run for run in ledger.runs if run.id == end.id or (end.arn is not None and run.arn == end.arn)), None
        )
    return ledger.running(end.at)


def end_record(endpoint: str, run: Run, end: RunEnd, ownership: Ownership) -> EndRecord:
    return EndRecord(
        id=run.id,
        endpoint=endpoint,
        monitor=run.monitor,
        outcome=cut(end.outcome),
        started_at=run.at,
        asked_at=run.asked_at,
        at=end.at,
        took=(end.at - run.at).total_seconds(),
        run_arn=run.arn or end.arn,
        ownership=ownership,
    )
