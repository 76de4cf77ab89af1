"""The execution that a command uses unless it is given a time."""

from driftline.cli.places import Place
from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import REPORTS
from driftline.kinds.registry import KINDS
from driftline.usecases.executions.scheduled_executions import monitor_folder, newest_execution


def newest_folder(place: Place, endpoint: str, monitor: str) -> str:
    """The folder of the monitor's newest verdict (`newest_execution` says which that is).

    Raises:
        InvalidInputError: it has none.
    """
    folder = monitor_folder(REPORTS, endpoint, monitor)
    newest = newest_execution(place.store, folder, kinds=KINDS)
    if newest is None:
        raise InvalidInputError(
            "no execution found",
            where=place.store.uri(folder),
            mend="Run `driftline run --scheduled` or `driftline replay` first.",
        )
    return newest.folder
