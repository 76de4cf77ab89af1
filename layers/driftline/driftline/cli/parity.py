"""`driftline import --parity`: SageMaker's last verdicts, and what Driftline's rules say about the same files."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import typer
from rich.console import Console

from driftline.adapters.by_hand.explaining import explaining
from driftline.adapters.folder.store import FolderStore
from driftline.adapters.scripts.processes import ScriptProcesses
from driftline.adapters.tables.duck import DuckTables
from driftline.cli.columns import show_table, table_of
from driftline.cli.exits import ExitCode
from driftline.cli.output import Output
from driftline.cli.text import safe
from driftline.domain.instants import format_instant
from driftline.kinds.parity import Recheck
from driftline.kinds.registry import KINDS
from driftline.presentation.text import count, instant
from driftline.usecases.migration.captured_verdict import Tools
from driftline.usecases.migration.parity import ParityWindow, parity_of
from driftline.usecases.migration.read_schedules import ReadSchedule, Unread, error_of, is_final
from driftline.usecases.ports import Stores

_SHOWN = 3


def show_parity(output: Output, found: Sequence[ReadSchedule | Unread], buckets: Stores, most: int) -> None:
    """See `_compare`; windows are evaluated in a folder that is gone afterwards."""
    with TemporaryDirectory(prefix="driftline-parity-") as folder:
        numbers = itertools.count()

        def scratch() -> FolderStore:
            return FolderStore(Path(folder) / str(next(numbers)), "driftline-parity")

        tools = Tools(scratch, buckets, ScriptProcesses(), DuckTables(), explaining())
        _compare(output, found, tools, most)


def _compare(output: Output, found: Sequence[ReadSchedule | Unread], tools: Tools, most: int) -> None:
    """Prints a line for each window.

    Args:
        most: Of each schedule.

    Raises:
        typer.Exit: with exit code 1, if a verdict differs without a known reason, or could not be read.
    """
    windows, refused, without = list[ParityWindow](), dict[str, Exception](), list[str]()
    with output.progress("comparing", len(found)) as step:
        for each in found:
            name = each.listed.name if isinstance(each, Unread) else each.source.name
            step(name)
            if isinstance(each, Unread):
                refused[name] = each.error
                continue
            try:
                found_windows = list(parity_of(each, tools, most, kinds=KINDS))
            except Exception as error:  # noqa: BLE001 - of AWS, too: the next schedule has nothing to do with it
                refused[name] = error
                continue
            windows += found_windows
            if not found_windows:
                without.append(name)
    errors = {name: error_of(error, where=name) for name, error in refused.items()}
    differ = [each for each in windows if not each.same]
    document = {
        "windows": [_window(each) for each in windows],
        "same": len(windows) - len(differ),
        "in_part": sum(each.in_part for each in windows),
        "different": len(differ),
        "unread": [{"schedule": name, **output.parts(error)} for name, error in errors.items()],
    }
    output.result(document, lambda console: _show(console, windows, len(differ)))
    for name, each_error in errors.items():
        output.trouble(each_error, about=name)
    if without:
        named = ", ".join(without)
        output.note(f"No reports in S3 of {named}: to compare on data, see docs/guide/backfill.md.")
    # One that can never be a monitor, such as a container of one's own, says nothing about the verdicts on the others.
    if differ or any(not is_final(each) for each in refused.values()):
        raise typer.Exit(ExitCode.FAILED)


def _window(window: ParityWindow) -> Mapping[str, object]:
    found = window.found
    return {
        "endpoint": window.endpoint,
        "schedule": window.schedule,
        "monitor": window.kind,
        "scheduled_time": format_instant(window.scheduled),
        "folder": window.folder,
        "sagemaker": len(found.theirs) if found else None,
        "driftline": len(found.ours) if found else None,
        "evaluated": window.source,
        "same": window.same,
        "in_part": window.in_part,
        "differences": list(_differences(found)) if found else [],
        "error": Output.parts(window.error) if window.error else None,
    }


def _differences(found: Recheck) -> Iterator[Mapping[str, object]]:
    for each in sorted(found.theirs ^ found.ours):
        yield {
            "subject": each.subject,
            "check": each.check,
            "only": "sagemaker" if each in found.theirs else "driftline",
            "why": found.unchecked.get(each),
        }


def _show(console: Console, windows: Sequence[ParityWindow], different: int) -> None:
    if not windows:
        return
    names = ("endpoint", "monitor", "scheduled", "SageMaker", "Driftline", "from", "same", "why")
    table = table_of(*names, numbers=("SageMaker", "Driftline"), whole=("endpoint", "monitor", "scheduled"))
    for each in windows:
        found = each.found
        table.add_row(
            safe(each.endpoint),
            each.kind,
            instant(each.scheduled),
            str(len(found.theirs)) if found else "",
            str(len(found.ours)) if found else "",
            each.source,
            "in part" if each.in_part else "yes" if each.same else "no",
            safe(_why(each)),
        )
    show_table(console, table, names=3, wraps=True)
    in_part = [each for each in windows if each.in_part]
    said = [f"{len(windows) - different - len(in_part)} the same"]
    said += [f"{len(in_part)} in part"] if in_part else []
    said += [f"{different} different"] if different else []
    console.print(f"{count(len(windows), 'window')}: {', '.join(said)}", soft_wrap=True)
    if in_part:
        console.print(
            "In part: some violations could not be checked. Each reason, with how many there are, is "
            "explained in docs/guide/move-over.md#check-it-against-sagemaker.",
            soft_wrap=True,
        )


def _why(window: ParityWindow) -> str:
    """The known reasons with their counts, then what nothing explains."""
    if window.error is not None:
        return window.error.what
    found = window.found
    if found is None:
        return ""
    reasons = sorted(found.unchecked.values())
    known = [f"{reason} ({reasons.count(reason)})" for reason in dict.fromkeys(reasons)]
    unexplained = found.unexplained
    shown = [
        f"{'only SageMaker' if each in found.theirs else 'only Driftline'}: {each.check} of {each.subject}"
        for each in unexplained[:_SHOWN]
    ]
    more = [f"{len(unexplained) - _SHOWN} more"] if len(unexplained) > _SHOWN else []
    return "; ".join([*known, *shown, *more])
