"""What `driftline coverage` prints for people."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from driftline.cli.columns import show_table, table_of
from driftline.cli.text import safe
from driftline.domain.capture.captured import Captured, CaptureState
from driftline.domain.coverage.endpoint import EndpointCoverage, WatchedBy
from driftline.domain.coverage.watch import Watch, Watcher
from driftline.presentation.text import count, instant, window
from driftline.usecases.coverage.find_coverage import Coverage

_WATCHED: Mapping[WatchedBy, tuple[str, str]] = {
    WatchedBy.DRIFTLINE: ("Driftline", "green"),
    WatchedBy.SAGEMAKER: ("SageMaker", "yellow"),
    WatchedBy.BOTH: ("both", "green"),
    WatchedBy.NOBODY: ("nobody", "bold red"),
    WatchedBy.UNKNOWN: ("unknown", "bold yellow"),
}
"""What is printed, and its colour."""

_CAPTURED: Mapping[CaptureState, str] = {
    CaptureState.STOPPED: "stopped",
    CaptureState.OFF: "no",
    CaptureState.FILES: "files in the store",
    CaptureState.UNKNOWN: "unknown",
}

_BOTH = frozenset({"Input", "Output"})


def show_coverage(
    console: Console, found: Coverage, shown: Sequence[EndpointCoverage], totals: Mapping[str, int]
) -> None:
    """A table, or a list where the terminal is too narrow for it; then what is probably not meant, and the totals."""
    if found.where:
        console.print(safe(found.where), soft_wrap=True)
    if shown:
        show_table(console, _table(shown))
    for each in shown:
        for note in each.notes():
            console.print(f"[yellow]note[/yellow]    {safe(each.endpoint)}: {safe(note)}", soft_wrap=True)
    for batch in found.batches:
        console.print(
            f"[yellow]batch[/yellow]   no endpoint, batch transform jobs: {safe(_watch(batch))}", soft_wrap=True
        )
    for reason in found.unseen:
        console.print(f"[bold yellow]unseen[/bold yellow]  Could not look: {safe(reason)}.", soft_wrap=True)
    _show_totals(console, totals)


def _table(shown: Sequence[EndpointCoverage]) -> Table:
    table = table_of("endpoint", "status", "watched by", "captured", "last evaluated")
    for each in shown:
        word, colour = _WATCHED[each.watched_by]
        table.add_row(
            safe(each.endpoint),
            safe(each.status or ("not in SageMaker" if each.absent else "")),
            f"[{colour}]{word}[/{colour}]",
            safe(_captured(each.captured)),
            safe("\n".join(map(_watch, each.watches)) or _nobody(each)),
        )
    return table


def _show_totals(console: Console, totals: Mapping[str, int]) -> None:
    parts = [f"{word}: {totals[by]:,}" for by, (word, _) in _WATCHED.items() if totals[by]]
    console.print(
        f"{count(totals['endpoints'], 'endpoint')}"
        + (f"; watched by {', '.join(parts)}; " if parts else "; ")
        + f"no window evaluated yet: {totals['never_watched']:,}; not captured: {totals['not_captured']:,}",
        soft_wrap=True,
    )


def _captured(captured: Captured) -> str:
    if captured.state is CaptureState.ON:
        share = "yes" if captured.sampling is None else f"{captured.sampling} %"
        if set(captured.options) >= _BOTH or "InputAndOutput" in captured.options:
            return share
        return f"{share}, {' '.join(captured.options)} only" if captured.options else f"{share}, of what is not known"
    return f"{_CAPTURED[captured.state]}{' (serverless)' if captured.serverless else ''}"


def _watch(watch: Watch) -> str:
    """`data_quality: 8 Mar 2013, 08:00 to 09:00 UTC`; of a schedule, with SageMaker's type and status."""
    state = "" if watch.active else f", {watch.state.lower()}"
    name = f"{watch.name}{state}" if watch.by is Watcher.DRIFTLINE else f"{watch.name} ({watch.kind}{state})"
    if watch.evaluated is None:
        return f"{name}: {'unknown' if watch.unseen else 'never'}"
    span = watch.evaluated.window
    return f"{name}: {window(span.start, span.end) if span else f'due {instant(watch.evaluated.scheduled)}'}"


def _nobody(endpoint: EndpointCoverage) -> str:
    if endpoint.never_watched is None:
        return "unknown"
    return "never watched" if endpoint.never_watched else "not watched any more; there are reports"
