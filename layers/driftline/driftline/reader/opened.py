"""Opening a bucket or a folder, and finding executions in it."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

from driftline.domain.errors import InvalidInputError, ObjectNotFoundError
from driftline.domain.executions.place import Place, parse_place
from driftline.domain.instants import parse_instant, within_bounds
from driftline.kinds.registry import KINDS
from driftline.reader.execution import Execution, Source
from driftline.reader.executions import Executions
from driftline.reader.places import Spot, open_spot, reports_in
from driftline.usecases.executions.failures import failure_in
from driftline.usecases.executions.revisions import last_announced
from driftline.usecases.executions.scheduled_executions import (
    execution_folder,
    monitor_folder,
    newest_execution,
    scheduled_executions,
)
from driftline.usecases.ports import ObjectStore

if TYPE_CHECKING:
    from boto3 import Session

type Location = str | PathLike[str]
type Time = datetime | date | str

_DATED = re.compile(
    r"(?P<root>.+?)/"
    r"(?P<below>(?:reports/)?[^/]+/[^/]+/\d{4}/\d\d/\d\d/\d\d/(?:\d\d/)?(?:from-[^/]+/)?)"
)
"""The path of an execution's folder: the root of its layout, and what is below."""

_UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)
"""Placeholder for an unknown time; never shown."""


class Reports:
    """The executions of a bucket or folder."""

    def __init__(self, spot: Spot, session: "Session | None" = None) -> None:
        self._spot = spot
        self._session = session

    def __repr__(self) -> str:
        return f"<Reports in {self._spot.store.uri(self._spot.prefix)}>"

    def endpoints(self) -> list[str]:
        """Endpoints that have reports, sorted."""
        return list(self._spot.store.folders(self._spot.prefix))

    def monitors(self, endpoint: str) -> list[str]:
        """Monitors of an endpoint that have executions, sorted."""
        store, folder = self._spot.store, f"{self._spot.prefix}{endpoint}/"
        return [
            name
            for name in store.folders(folder)
            if newest_execution(store, f"{folder}{name}/", kinds=KINDS) is not None
        ]

    def execution(
        self,
        endpoint: str,
        monitor: str,
        at: Time | None = None,
        *,
        revision: int | None = None,
        baseline: Location | None = None,
    ) -> Execution:
        """The execution of a scheduled time, by default the newest.

        Args:
            at: A datetime, or ISO 8601; UTC without an offset.
            revision: An earlier one, from 1; by default the newest.
            baseline: Folder or s3:// prefix of the baseline's files, where SageMaker wrote them to; Driftline's own
                executions know theirs.

        Raises:
            InvalidInputError: no such execution, or it cannot be read.
        """
        store, root = self._spot.store, self._spot.prefix
        folder = monitor_folder(root, endpoint, monitor)
        place = newest_execution(store, folder, kinds=KINDS) if at is None else None
        if at is not None:
            place = parse_place(execution_folder(root, endpoint, monitor, instant(at)))
        if place is None:
            raise InvalidInputError(
                "no execution found", where=store.uri(folder), expected=self._known(endpoint), mend="Check the names."
            )
        if revision is not None:
            place = _revised(store, place, revision)
        return _read(Source(store, place, baseline=self._baseline(baseline), revision=revision))

    def executions(
        self,
        endpoint: str,
        monitor: str,
        since: Time | None = None,
        until: Time | None = None,
        *,
        baseline: Location | None = None,
    ) -> Executions:
        """All executions scheduled in [since, until), oldest first; maybe none.

        Args:
            since, until: As `at` of `execution`; None: without that end.
            baseline: As in `execution`, for all of them.
        """
        store, folder = self._spot.store, monitor_folder(self._spot.prefix, endpoint, monitor)
        first, last = (instant(each) if each is not None else None for each in (since, until))
        spot = self._baseline(baseline)
        places = list(scheduled_executions(store, folder, first, last, kinds=KINDS))
        newest = newest_execution(store, folder, kinds=KINDS) if not places else None
        example = Source(store, newest, baseline=spot) if newest else None
        return Executions([Source(store, place, baseline=spot) for place in places], f"{endpoint}/{monitor}", example)

    def _baseline(self, location: Location | None) -> Spot | None:
        return open_spot(location, self._session) if location is not None else None

    def _known(self, endpoint: str) -> str:
        if endpoint in (endpoints := self.endpoints()):
            return f"one of the monitors {', '.join(self.monitors(endpoint))}"
        return f"one of the endpoints {', '.join(endpoints)}" if endpoints else "<endpoint>/<monitor>/yyyy/mm/dd/hh/"


def open_reports(place: Location, *, session: "Session | None" = None) -> Reports:
    """Opens a bucket or a folder with executions.

    Args:
        place: `s3://bucket` of a Driftline stack, or a folder laid out like it; or `s3://bucket/prefix`, or a folder,
            that holds `<endpoint>/<schedule>/yyyy/mm/dd/hh/`, which is how SageMaker's schedules write.
        session: A boto3 session; by default boto3's own, with the user's credentials.

    Raises:
        InvalidInputError: no such folder, or no bucket in the URI.
        MissingPackageError: a bucket, and boto3 is not installed.
    """
    return Reports(reports_in(open_spot(place, session)), session)


def read_execution(place: Location, *, baseline: Location | None = None, session: "Session | None" = None) -> Execution:
    """Reads one execution from the folder, or s3:// prefix, of its files, written by Driftline or SageMaker.

    statistics.json has to be there; constraint_violations.json, constraints.json and summary.json may be.

    Args:
        baseline: Folder or prefix of the baseline's statistics.json and constraints.json.
        session: A boto3 session; by default boto3's own.

    Raises:
        InvalidInputError: no verdict, or a file cannot be read.
        MissingPackageError: a bucket, and boto3 is not installed.
    """
    baseline_source = open_spot(baseline, session) if baseline is not None else None
    text = fspath(place)
    if not text.startswith("s3://"):
        text = str(Path(text).expanduser().absolute())
    dated = _DATED.fullmatch(f"{text.rstrip('/')}/")
    if dated is None:
        spot = open_spot(text, session)
        lone = Place(spot.prefix, "", "", _UNKNOWN_TIME)
        return _read(Source(spot.store, lone, dated=False, baseline=baseline_source))
    spot = open_spot(dated["root"], session)
    return _read(Source(spot.store, parse_place(f"{spot.prefix}{dated['below']}"), baseline=baseline_source))


def instant(time: Time) -> datetime:
    """UTC. Raises InvalidInputError: not a time, or out of bounds."""
    if isinstance(time, str):
        return parse_instant(time)
    if not isinstance(time, datetime):
        return within_bounds(datetime(time.year, time.month, time.day, tzinfo=UTC))
    return within_bounds(time.replace(tzinfo=UTC) if time.tzinfo is None else time).astimezone(UTC)


def _revised(store: ObjectStore, place: Place, revision: int) -> Place:
    """The newest revision is in the folder itself, earlier ones are in subfolders."""
    earlier = f"revision-{revision}"
    if earlier in store.folders(place.folder):
        return replace(place, folder=f"{place.folder}{earlier}/")
    newest = last_announced(store, place.folder)
    if newest is None or newest.revision != revision:
        expected = f"1 to {newest.revision}" if newest else "none: nothing is known of revisions here"
        raise InvalidInputError(f"no revision {revision}", where=store.uri(place.folder), expected=expected)
    return place


def _read(source: Source) -> Execution:
    """Reads at once, so that a wrong location is reported here."""
    execution = Execution(source)
    try:
        execution.facts  # noqa: B018, a property that reads
    except ObjectNotFoundError as error:
        failure = failure_in(source.store, source.place.folder, kinds=KINDS)
        if failure is not None:
            raise InvalidInputError(f"the execution failed: {failure.reason}", where=error.where) from None
        mend = "executions(…).times lists those that there are." if source.dated else ""
        raise InvalidInputError(
            "there is no execution", where=error.where, expected=f"a file {' or '.join(KINDS.markers)}", mend=mend
        ) from None
    return execution
