"""What the upload of an analysis's configuration leads to."""

from datetime import datetime

from driftline.domain.errors import PendingError
from driftline.usecases.analyses.stored_analysis import asker_of, run_analysis
from driftline.usecases.baselines.uploads import Done, Reading


def analyse_uploaded(name: str, at: datetime, message: str, reading: Reading, limit: int) -> tuple[str, Done]:
    """(what happened, what there is to log).

    Args:
        name: Of the analysis.
        at: When it was uploaded.
        message: Comes again when explanations that are waited for are there.
        limit: Requests to endpoints of all analyses in a month.
    """
    try:
        done = run_analysis(
            name,
            store=reading.store,
            tables=reading.tables,
            kinds=reading.kinds,
            predictor=reading.predictor,
            explaining=reading.explaining,
            asked_at=at,
            limit=limit,
        )
    except PendingError as pending:
        reading.explaining.wait_with_baseline(asker_of(name), "analysis", message, pending, reading.store)
        return "waiting for explanations", {"analysis": name, "needs": len(pending.needs)}
    if done is None:
        return "the configuration is gone", {"analysis": name}
    if done.error is not None:
        reading.operators.notify(f"Driftline: the analysis {name} cannot be made", str(done.error))
        return "refused", {"analysis": name}
    return "analysed", {"analysis": name, "rows": done.rows, "files": dict(done.files or {})}
