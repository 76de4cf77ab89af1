"""The execution that a command means which is given no time."""

from driftline.cli.places import Place
from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import REPORTS
from driftline.usecases.executions.scheduled_executions import monitor_folder, newest_execution


def newest_folder(place: Place, endpoint: str, monitor: str) -> str:
    """The folder of the monitor's newest verdict (`newest_execution` says which that is).

    Raises:
        InvalidInputError: it has none.
    """
    folder = monitor_folder(REPORTS, endpoint, monitor)
    newest = newest_execution(place.store, folder)
    if newest is None:
        raise InvalidInputError(
            "no execution here", where=place.store.uri(folder), mend="`driftline run` or `driftline replay` makes some."
        )
    return newest.folder
