"""`driftline ingest`: profiles capture files, and joins ground truth that arrived before them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from driftline.adapters.by_hand.files import read_file
from driftline.adapters.by_hand.staged import StagedStore, by_name
from driftline.adapters.scripts.processes import ScriptProcesses
from driftline.adapters.tables.duck import DuckTables
from driftline.cli import options
from driftline.cli.columns import table_of
from driftline.cli.exits import ExitCode
from driftline.cli.output import Output, reporting
from driftline.cli.places import CapturePlace, Place, open_place
from driftline.cli.strays import name_strays, skipped, without_strays
from driftline.cli.text import printable, safe
from driftline.cli.unfinished import Unfinished
from driftline.domain.capture.lines import line_batches
from driftline.domain.errors import DriftlineError, InvalidInputError
from driftline.domain.ground_truth.keys import open_labels_prefix
from driftline.domain.instants import parse_instant
from driftline.domain.json_reading import load_json
from driftline.domain.keys import hour_folder, parse_capture_key, records_key, source_digest
from driftline.kinds.registry import KINDS
from driftline.presentation.text import count
from driftline.usecases.arrivals.take_arrivals import label_delay
from driftline.usecases.capture.profile_capture import CaptureProfiled, profile_capture
from driftline.usecases.ground_truth.merge_ground_truth import merge_capture
from driftline.usecases.monitors.monitor_documents import find_document
from driftline.usecases.monitors.script_checks import problems_of_scripts

VARIANT = "AllTraffic"
"""The name that the SageMaker console gives to the only variant of an endpoint."""


def ingest(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Capture files, copied into the store if they can be read.", metavar="FILE"),
    ] = None,
    *,
    store: options.Store = ".",
    endpoint: options.Endpoint = None,
    variant: Annotated[str, typer.Option("--variant", help="The variant of the given files.")] = VARIANT,
    only_new: Annotated[bool, typer.Option("--new", help="Skip files that already have a profile.")] = False,
    as_json: options.Json = False,
) -> None:
    """Profile capture files: all of the endpoint, or the given ones.

    A given file may be anywhere. It is copied to the hour of its first record. Profiling again changes nothing. Ground
    truth that was merged before its captures is joined with them now.

    Example: driftline ingest captured.jsonl --endpoint flight-delay
    """
    with reporting(as_json=as_json) as output:
        place = open_place(store)
        name = place.endpoint(endpoint)
        capture = place.capture(name)
        given = _staged(capture, files or (), name, variant)
        keys, strays = (list(given), {}) if given else without_strays(_keys(capture, name), parse_capture_key)
        name_strays(output, strays)
        if not keys:
            raise InvalidInputError(
                "no capture files found",
                where=capture.store.uri(f"{capture.prefix}{name}/"),
                expected=f"{capture.prefix}{name}/<variant>/yyyy/mm/dd/hh/<name>.jsonl",
                mend="Pass files to copy them there.",
            )
        if only_new:
            keys = [key for key in keys if not _has_profile(place, capture, key)]
        for problem in _script_problems(place, name):
            output.note(f"In AWS, this script cannot run: {problem}")
        profiled, failed = _ingest(output, place, capture, name, keys, given)
        result = {
            "endpoint": name,
            "files": [{"key": key, **_fields(each)} for key, each in profiled.items()],
            "failed": [{"key": key, **output.parts(error)} for key, error in failed.items()],
            "skipped": skipped(strays),
        }
        output.result(result, lambda console: _show(console, profiled))
        for error in failed.values():
            output.trouble(error)
        if failed:
            raise typer.Exit(ExitCode.FAILED)


@dataclass(frozen=True, slots=True)
class _Ingested:
    """A capture file's profiles, and how many labels were waiting for it."""

    profiled: CaptureProfiled
    matched: int


def _ingest(
    output: Output, place: Place, capture: CapturePlace, endpoint: str, keys: Sequence[str], given: Mapping[str, Path]
) -> tuple[dict[str, _Ingested], dict[str, DriftlineError]]:
    """The result of each file; one that cannot be read does not stop the others."""
    ingested: dict[str, _Ingested] = {}
    failed: dict[str, DriftlineError] = {}
    # Without ground truth there is nothing to look for.
    labels_wait = next(iter(place.store.list(open_labels_prefix(endpoint))), None) is not None
    with (
        Unfinished(place.store, "ingest", endpoint, keys, output.note) as unfinished,
        output.progress("profiling", len(keys)) as step,
    ):
        for key in unfinished.keys:
            step(printable(key.rsplit("/", 1)[-1]))
            try:
                staged = StagedStore(capture.store, {key: given[key]} if key in given else {})
                with unfinished.reading(key), staged.naming_files():
                    profiled = profile_capture(
                        key,
                        capture=staged,
                        state=place.store,
                        stores=place.stores,
                        scripts=ScriptProcesses(),
                        tables=DuckTables(),
                        on_lost=_nothing_was_announced,
                        kinds=KINDS,
                        unpacked_bytes=options.unpacked_bytes(),
                    )
                staged.copy()
                matched = _complete_pairs(place, profiled) if labels_wait else 0
                ingested[key] = _Ingested(profiled, matched)
            except DriftlineError as error:
                failed[key] = error
    return ingested, failed


def _script_problems(place: Place, endpoint: str) -> list[str]:
    """A laptop may have modules that AWS Lambda does not have."""
    document = find_document(place.store, endpoint, kinds=KINDS)
    monitors = document.monitors.by_name().values() if document else ()
    return list(dict.fromkeys(problem for each in monitors for problem in problems_of_scripts(place.store, each)))


def _nothing_was_announced(_: Sequence[datetime]) -> None:
    """On the command line, every verdict is requested by hand."""


def _complete_pairs(place: Place, profiled: CaptureProfiled) -> int:
    """Adds the labels that arrived before the file to its hours; returns how many there are."""
    delay = label_delay(place.store, profiled.endpoint, kinds=KINDS)
    return sum(
        merge_capture(written, store=place.store, max_label_delay=delay)
        for written in profiled.written
        if written.endswith(".profile")
    )


def _keys(capture: CapturePlace, endpoint: str) -> list[str]:
    return [summary.key for summary in capture.store.list(f"{capture.prefix}{endpoint}/")]


def _staged(capture: CapturePlace, files: Sequence[Path], endpoint: str, variant: str) -> dict[str, Path]:
    """Key -> file: each goes to the hour of its first record.

    Raises:
        InvalidInputError: a file cannot be read or has no time, or two would have the same key.
    """
    found: dict[str, Path] = {}
    for path in files:
        hour = hour_folder(parse_instant(_first_inference_time(read_file(path), path)))
        found |= by_name([path], f"{capture.prefix}{endpoint}/{variant}/{hour}", found)
    return found


def _first_inference_time(body: bytes, path: Path) -> str:
    for batch in line_batches(body, str(path), unpacked_bytes=options.unpacked_bytes()):
        for line in batch.body.splitlines():
            try:
                return str(load_json(line)["eventMetadata"]["inferenceTime"])
            except (ValueError, KeyError, TypeError):
                continue  # profiling lists it as a reject
    raise InvalidInputError(
        "no line is a capture record with an eventMetadata.inferenceTime",
        where=str(path),
        expected="JSON Lines as SageMaker's data capture writes them",
    )


def _has_profile(place: Place, capture: CapturePlace, key: str) -> bool:
    """Records are written for every file that could be profiled, under the hour of its folder."""
    source = parse_capture_key(key)
    digest = source_digest(None if capture.store.name == place.store.name else capture.store.name, key)
    records = records_key(source.endpoint, source.variant, source.hour, digest)
    return place.store.etag(records) is not None


def _fields(ingested: _Ingested) -> dict[str, object]:
    return {**asdict(ingested.profiled), "matched": ingested.matched}


def _show(console: Console, ingested: dict[str, _Ingested]) -> None:
    profiled = {key: each.profiled for key, each in ingested.items()}
    figures = ("records", "rows", "rejected", "skipped")
    table = table_of("capture file", *figures, "", numbers=figures)
    # Files as they should be are many; the table is for those that are not.
    noteworthy = {key: each for key, each in profiled.items() if each.rejected or each.skipped or each.reason}
    for key, each in noteworthy.items():
        counts = (f"{figure:,}" for figure in (each.records, each.rows, each.rejected, each.skipped))
        table.add_row(safe(key), *counts, safe(each.reason))
    if noteworthy:
        console.print(table)
    totals = [sum(getattr(each, name) for each in profiled.values()) for name in ("records", "rows", "rejected")]
    matched = sum(each.matched for each in ingested.values())
    console.print(
        f"{count(len(profiled), 'file')} profiled: {count(totals[0], 'record')}, {count(totals[1], 'row')}, "
        f"{totals[2]:,} rejected" + (f", {count(matched, 'label')} arrived before them" if matched else ""),
        soft_wrap=True,
    )
