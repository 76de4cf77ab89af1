"""`driftline merge`: ground truth files find the captured inferences that they belong to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from driftline.adapters.by_hand.staged import StagedStore, by_name
from driftline.adapters.scripts.processes import ScriptProcesses
from driftline.adapters.tables.duck import DuckTables
from driftline.cli import options
from driftline.cli.columns import table_of
from driftline.cli.exits import ExitCode
from driftline.cli.output import Output, reporting
from driftline.cli.places import CapturePlace, Place, open_place
from driftline.cli.strays import Strays, name_strays, skipped, without_strays
from driftline.cli.text import printable, safe
from driftline.cli.unfinished import Unfinished
from driftline.domain.errors import DriftlineError, InvalidInputError
from driftline.domain.ground_truth.keys import GROUND_TRUTH, VariantHour, parse_ground_truth_key
from driftline.domain.instants import format_instant
from driftline.domain.keys import hour_folder
from driftline.kinds.registry import KINDS
from driftline.presentation.text import percent
from driftline.usecases.arrivals.take_arrivals import label_delay, merge_file
from driftline.usecases.arrivals.take_sweep import raise_for_files, sweep_endpoint
from driftline.usecases.capture.capture_files import CaptureFiles
from driftline.usecases.capture.profile_again import profile_again
from driftline.usecases.ground_truth.labels_again import labels_again
from driftline.usecases.ground_truth.merge_ground_truth import LabelsMerged
from driftline.usecases.ground_truth.merged_hours import MergedHour, rebuild_hour
from driftline.usecases.ground_truth.sweep_labels import Swept
from driftline.usecases.unreadable_state import with_state_made_again

_EXPECTED = f"{GROUND_TRUTH}<endpoint>/yyyy/mm/dd/hh/<name>"


def merge(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Ground truth files, copied into the store if they can be read.", metavar="FILE"),
    ] = None,
    *,
    store: options.Store = ".",
    endpoint: options.Endpoint = None,
    collected: options.Collected = None,
    as_of: options.AsOf = None,
    as_json: options.Json = False,
) -> None:
    """Join ground truth with captured inferences: all files, or the given ones.

    You may ingest the captures before or afterwards: the second of the two completes the pairs. Merging again changes
    nothing.

    Example: driftline merge arrivals.jsonl --collected 2013-03-09T08:00:00Z
    """
    with reporting(as_json=as_json) as output:
        place = open_place(store)
        given = _staged(place, files or (), endpoint, collected)
        keys, strays = (list(given), {}) if given else _all_keys(place, endpoint)
        name_strays(output, strays)
        if not keys:
            raise InvalidInputError(
                "no ground truth found",
                where=place.store.uri(f"{GROUND_TRUTH}{endpoint}/" if endpoint else GROUND_TRUTH),
                expected=_EXPECTED,
                mend="Pass files, with --collected, to copy them there.",
            )
        joins = [_join(output, place, name, of, as_of, given) for name, of in _by_endpoint(keys).items()]
        output.result(
            {"endpoints": [join.document() for join in joins], "skipped": skipped(strays)},
            lambda console: _show(console, joins, given.values()),
        )
        failed = [error for join in joins for error in (*join.failed.values(), *join.failed_hours.values())]
        for error in failed:
            output.trouble(error)
        if failed:
            raise typer.Exit(ExitCode.FAILED)


@dataclass(frozen=True, slots=True)
class _Join:
    """The result of merging the ground truth of one endpoint.

    Attributes:
        files: By key of the ground truth file.
        failed: Files that could not be read.
        failed_hours: Hours whose merged records could not be written.
        swept: The result of the sweep for labels whose time is over; None unless requested.
        hours: The merged records of every hour with a label.
    """

    endpoint: str
    files: Mapping[str, LabelsMerged]
    failed: Mapping[str, DriftlineError]
    swept: Swept | None = None
    hours: Sequence[MergedHour] = field(default=())
    failed_hours: Mapping[str, DriftlineError] = field(default_factory=dict)

    @property
    def totals(self) -> Mapping[str, int]:
        files, hours = self.files.values(), self.hours
        return {
            "labels": sum(file.labels for file in files),
            "matched": sum(file.matched for file in files),
            "waiting": self.swept.waiting if self.swept else sum(file.waiting for file in files),
            "rejected": sum(file.rejected for file in files) + sum(hour.rejected for hour in hours),
            "hours": len(hours),
            "merged_records": sum(hour.records for hour in hours),
        }

    @property
    def unmatched(self) -> int | None:
        return self.swept.unmatched if self.swept else None

    @property
    def coverage(self) -> float | None:
        """Share of the hours' rows that have a label; None without rows."""
        rows = sum(slot.rows for hour in self.hours for slot in hour.slots.values())
        return sum(hour.rows for hour in self.hours) / rows if rows else None

    def document(self) -> Mapping[str, object]:
        counts = ("labels", "matched", "waiting", "rejected", "reason")
        return {
            "endpoint": self.endpoint,
            "files": [{"key": key, **{name: getattr(of, name) for name in counts}} for key, of in self.files.items()],
            "failed": [{"key": key, **Output.parts(error)} for key, error in self.failed.items()],
            "failed_hours": [{"hour": hour, **Output.parts(error)} for hour, error in self.failed_hours.items()],
            **self.totals,
            "unmatched": self.unmatched,
            "coverage": self.coverage,
        }


def _join(
    output: Output, place: Place, endpoint: str, keys: Sequence[str], as_of: datetime | None, given: Mapping[str, Path]
) -> _Join:
    """Every file first, then the merged records of their hours, each hour once."""
    tables, capture, delay = DuckTables(), place.capture(endpoint), label_delay(place.store, endpoint, kinds=KINDS)
    merged: dict[str, LabelsMerged] = {}
    failed: dict[str, DriftlineError] = {}
    with (
        Unfinished(place.store, "merge", endpoint, keys, output.note) as unfinished,
        output.progress("joining", len(keys)) as step,
    ):
        for key in unfinished.keys:
            step(printable(key.rsplit("/", 1)[-1]))
            try:
                staged = StagedStore(place.store, {key: given[key]} if key in given else {})
                with unfinished.reading(key), staged.naming_files():
                    merged[key] = merge_file(
                        key,
                        store=staged,
                        tables=tables,
                        max_label_delay=delay,
                        unpacked_bytes=options.unpacked_bytes(),
                    )
                staged.copy()
            except DriftlineError as error:  # one that cannot be read does not stop the others
                failed[key] = error
    swept = sweep_endpoint(endpoint, as_of, store=place.store, tables=tables, kinds=KINDS) if as_of else None
    if swept:
        raise_for_files(swept)
    touched = {at for each in (*merged.values(), *((swept,) if swept else ())) for at in each.hours}
    return _Join(endpoint, merged, failed, swept, *_rebuilt(output, place, capture, endpoint, sorted(touched)))


def _rebuilt(
    output: Output, place: Place, capture: CapturePlace, endpoint: str, hours: Sequence[VariantHour]
) -> tuple[list[MergedHour], dict[str, DriftlineError]]:
    """The merged records of each hour, and why there are none of others."""
    rebuilt: list[MergedHour] = []
    failed: dict[str, DriftlineError] = {}
    captures = CaptureFiles(place.store, capture.store, place.stores)
    with output.progress("merging", len(hours)) as step:
        for at in hours:
            step(format_instant(at.hour))
            try:
                rebuilt.append(_rebuilt_hour(place, captures, endpoint, at))
            except DriftlineError as error:
                failed[f"{at.variant} {format_instant(at.hour)}"] = error
    return rebuilt, failed


def _rebuilt_hour(place: Place, captures: CaptureFiles, endpoint: str, at: VariantHour) -> MergedHour:
    def make_again(key: str) -> None:
        labels_again(
            key,
            store=place.store,
            tables=DuckTables(),
            max_label_delay=label_delay(place.store, endpoint, kinds=KINDS),
            unpacked_bytes=options.unpacked_bytes(),
        )
        profile_again(
            key, store=place.store, stores=place.stores, scripts=ScriptProcesses(), tables=DuckTables(), kinds=KINDS
        )

    return with_state_made_again(
        lambda: rebuild_hour(endpoint, at, store=place.store, captures=captures, tables=DuckTables()),
        place.store,
        make_again,
    )


def _all_keys(place: Place, endpoint: str | None) -> tuple[list[str], Strays]:
    """Every ground truth file, of the endpoint or of all, and what else is there."""
    prefix = f"{GROUND_TRUTH}{endpoint}/" if endpoint else GROUND_TRUTH
    return without_strays((summary.key for summary in place.store.list(prefix)), parse_ground_truth_key)


def _staged(place: Place, files: Sequence[Path], endpoint: str | None, collected: datetime | None) -> dict[str, Path]:
    """Key -> file; one from elsewhere goes to the hour in which it was collected.

    Raises:
        InvalidInputError: the time of collection is unknown, or two files would have the same key.
    """
    found: dict[str, Path] = {}
    for path in files:
        inside = _key_inside(place, path)
        if inside is not None:
            found[inside] = path
            continue
        if collected is None:
            raise InvalidInputError(
                "it is unknown when these labels were collected",
                where=str(path),
                expected=f"--collected TIME, or a file at {_EXPECTED} in the store",
            )
        folder = f"{GROUND_TRUTH}{place.endpoint(endpoint)}/{hour_folder(collected)}"
        found |= by_name([path], folder, found)
    return found


def _key_inside(place: Place, path: Path) -> str | None:
    """The key of a file in the ground truth of the store, if the store is a folder."""
    root, found = Path(place.location).resolve(), path.resolve()
    if not (found.is_file() and found.is_relative_to(root)):
        return None
    key = found.relative_to(root).as_posix()
    return key if key.startswith(GROUND_TRUTH) else None


def _by_endpoint(keys: Iterable[str]) -> Mapping[str, list[str]]:
    """Raises InvalidInputError: a key is not that of a ground truth file."""
    found: dict[str, list[str]] = {}
    for key in keys:
        found.setdefault(parse_ground_truth_key(key).endpoint, []).append(key)
    return found


def _show(console: Console, joins: Sequence[_Join], given: Iterable[Path]) -> None:
    swept = any(join.swept for join in joins)
    found = ("files", "labels", "matched", "waiting", *(["unmatched"] if swept else []))
    figures = (*found, "rejected", "hours", "merged records", "coverage")
    table = table_of("endpoint", *figures, numbers=figures)
    for join in joins:
        first, last = ("labels", "matched", "waiting"), ("rejected", "hours", "merged_records")
        table.add_row(
            safe(join.endpoint),
            f"{len(join.files):,}",
            *(f"{join.totals[name]:,}" for name in first),
            *([f"{join.unmatched or 0:,}"] if swept else []),
            *(f"{join.totals[name]:,}" for name in last),
            "" if join.coverage is None else percent(join.coverage),
        )
    console.print(table)
    for path in given:
        console.print(f"read  {safe(str(path))}", soft_wrap=True)
    for join in joins:
        for key, file in join.files.items():
            if file.reason:
                console.print(f"{safe(key)}: {safe(file.reason)}", soft_wrap=True)
