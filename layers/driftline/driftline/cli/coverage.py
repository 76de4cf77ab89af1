"""`driftline coverage`: which endpoints are watched, by whom, and whether they are captured."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from rich.console import Console

from driftline.adapters.folder.store import FolderStore
from driftline.cli import options
from driftline.cli.columns import table_of
from driftline.cli.exits import ExitCode
from driftline.cli.output import reporting
from driftline.cli.places import open_place
from driftline.cli.text import safe
from driftline.domain.capture.captured import Captured, CaptureState
from driftline.domain.coverage.endpoint import EndpointCoverage, WatchedBy
from driftline.domain.coverage.watch import Watch, Watcher
from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import MONITORS
from driftline.kinds.registry import KINDS
from driftline.presentation.text import count, instant, window
from driftline.usecases.coverage.find_coverage import Coverage, find_coverage
from driftline.usecases.ports.sagemaker_account import SageMakerAccount

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


def coverage(
    *,
    store: options.Store = ".",
    region: Annotated[
        str | None, typer.Option("--region", metavar="REGION", help="Default: that of your AWS configuration.")
    ] = None,
    account: Annotated[
        bool, typer.Option("--account/--no-account", help="Look at your SageMaker account, or at the store alone.")
    ] = True,
    unwatched: Annotated[bool, typer.Option("--unwatched", help="List only endpoints that nobody watches.")] = False,
    as_json: options.Json = False,
) -> None:
    """List the endpoints of your SageMaker account and of a store: watched by whom, captured or not.

    Nothing is changed. Uses your own AWS credentials. What your permissions do not show is unknown, with the name of
    the permission, and the exit code is then 1.

    Example: driftline coverage --store s3://my-bucket --region eu-west-1
    """
    with reporting(as_json=as_json) as output:
        place = open_place(store)
        with output.progress("Looked at", total=0) as step:
            found = find_coverage(
                place.store,
                _account(region) if account else None,
                kinds=KINDS,
                stands_for_buckets=isinstance(place.store, FolderStore),
                step=step,
            )
        shown = [each for each in found.endpoints if not unwatched or each.watched_by is WatchedBy.NOBODY]
        output.result(_document(found, shown, store), lambda console: _show(console, found, shown))
        if not found.documents:
            output.note(f"No monitor document in {place.store.uri(MONITORS)}; --store names another place.")
        if found.unseen:
            output.note(
                "docs/reference/permissions.md#list-what-is-watched has a policy that is enough; --no-account looks at "
                "the store alone."
            )
            raise typer.Exit(ExitCode.FAILED)


def _account(region: str | None) -> SageMakerAccount:
    import boto3  # noqa: PLC0415, costs 0.3 s

    from driftline.adapters.aws.sagemaker_account import AwsSageMakerAccount  # noqa: PLC0415, as above

    session = boto3.Session(region_name=region)
    if session.region_name is None:
        raise InvalidInputError(
            "no region",
            expected="the region of your endpoints",
            mend="Pass --region, set AWS_REGION, or look at the store alone with --no-account.",
        )
    return AwsSageMakerAccount(session)


def _document(found: Coverage, shown: Sequence[EndpointCoverage], store: str) -> dict[str, object]:
    return {
        "store": store,
        "account": found.where or None,
        "endpoints": [each.document() for each in shown],
        "batch_transform": [each.document() for each in found.batches],
        "totals": _totals(found),
        "unseen": list(found.unseen),
    }


def _totals(found: Coverage) -> dict[str, int]:
    """Of all endpoints, whether they are shown or not."""
    watched = Counter(each.watched_by for each in found.endpoints)
    captured = [each.captured.state for each in found.endpoints]
    return {
        "endpoints": len(found.endpoints),
        **{by.value: watched[by] for by in WatchedBy},
        "never_watched": sum(each.never_watched is True for each in found.endpoints),
        "not_captured": sum(each in {CaptureState.OFF, CaptureState.STOPPED} for each in captured),
    }


def _show(console: Console, found: Coverage, shown: Sequence[EndpointCoverage]) -> None:
    if found.where:
        console.print(safe(found.where), soft_wrap=True)
    if shown:
        table = table_of("endpoint", "status", "watched by", "captured", "last evaluated", whole=("watched by",))
        for each in shown:
            word, colour = _WATCHED[each.watched_by]
            table.add_row(
                safe(each.endpoint),
                safe(each.status or ("not in SageMaker" if each.absent else "")),
                f"[{colour}]{word}[/{colour}]",
                safe(_captured(each.captured)),
                safe("\n".join(map(_watch, each.watches)) or _nobody(each)),
            )
        console.print(table)
    for each in shown:
        for note in each.notes():
            console.print(f"[yellow]note[/yellow]    {safe(each.endpoint)}: {safe(note)}", soft_wrap=True)
    for batch in found.batches:
        console.print(
            f"[yellow]batch[/yellow]   no endpoint, batch transform jobs: {safe(_watch(batch))}", soft_wrap=True
        )
    for reason in found.unseen:
        console.print(f"[bold yellow]unseen[/bold yellow]  Could not look: {safe(reason)}.", soft_wrap=True)
    _show_totals(console, _totals(found))


def _show_totals(console: Console, totals: Mapping[str, int]) -> None:
    parts = [f"{word}: {totals[by]:,}" for by, (word, _) in _WATCHED.items() if totals[by]]
    console.print(
        f"{count(totals['endpoints'], 'endpoint')}"
        + (f"; watched by {', '.join(parts)}; " if parts else "; ")
        + f"never watched: {totals['never_watched']:,}; not captured: {totals['not_captured']:,}",
        soft_wrap=True,
    )


def _captured(captured: Captured) -> str:
    if captured.state is CaptureState.ON:
        share = "" if captured.sampling is None else f"{captured.sampling} % of "
        return f"{share}{', '.join(captured.options) or 'what is not known'}"
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
