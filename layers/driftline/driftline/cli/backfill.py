"""`driftline backfill`: reads what was captured before, and evaluates its windows."""

import os
from datetime import datetime
from typing import Annotated

import typer

from driftline import __version__
from driftline.adapters.tables.duck import DuckTables
from driftline.cli import options
from driftline.cli.backfill_cloud import follow_machine, functions_at_once, open_machine
from driftline.cli.backfill_files import find_items
from driftline.cli.backfill_here import work_here
from driftline.cli.backfill_shown import Forecast, outcome_document, show_outcome, size_of
from driftline.cli.exits import ExitCode
from driftline.cli.output import Output, reporting
from driftline.cli.places import Place, open_place
from driftline.domain.backfill.keys import checked_id, plan_key
from driftline.domain.backfill.plan import Plan
from driftline.domain.errors import DriftlineError
from driftline.domain.keys import baseline_folder
from driftline.domain.windows import HOUR, floor_to
from driftline.kinds.registry import KINDS
from driftline.usecases.backfill.find_files import Captures
from driftline.usecases.backfill.make_plan import Planned, make_plan, write_plan
from driftline.usecases.backfill.outcome import conclude
from driftline.usecases.backfill.plan_baseline import plan_baseline
from driftline.usecases.backfill.work_batch import load_plan

_NAMED = 10
"""Failures that are printed; the file has all."""


def backfill(
    first: options.FirstHour = None,
    last: options.LastHour = None,
    *,
    store: options.Store = ".",
    endpoint: options.Endpoint = None,
    monitor: Annotated[
        str | None, typer.Option("--monitor", "-m", help="Whose windows are evaluated. Default: all in the document.")
    ] = None,
    manifest: Annotated[
        str | None,
        typer.Option(
            "--manifest",
            metavar="FILE",
            help="Keys of capture files, instead of a listing: CSV, or manifest.json of an S3 inventory; s3://, too.",
        ),
    ] = None,
    one_window: Annotated[
        bool,
        typer.Option(
            "--one-window",
            help="Evaluate all from --from to --to as one window by hand, instead of the windows of the schedules.",
        ),
    ] = False,
    baseline: Annotated[
        bool,
        typer.Option(
            "--baseline",
            help="Suggest the monitor's baseline instead: the files of its data set are profiled side by side.",
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what there is, and what it takes; do nothing.")
    ] = False,
    resume: Annotated[
        str | None, typer.Option("--resume", metavar="ID", help="Continue a run; try failures again.")
    ] = None,
    publish: Annotated[
        bool, typer.Option("--publish", help="Publish metrics, events and signals for alarms of the past windows.")
    ] = False,
    pages: Annotated[
        bool, typer.Option("--pages/--no-pages", help="Make the report pages of the past windows, too.")
    ] = True,
    here: Annotated[bool, typer.Option("--here", help="Work on this machine, not with Step Functions.")] = False,
    processes: Annotated[
        int, typer.Option("--processes", min=1, help="On this machine.", show_default="one for each CPU")
    ] = os.process_cpu_count() or 1,
    stack_name: Annotated[
        str, typer.Option("--stack-name", metavar="NAME", help="The stack of the bucket, as it was deployed.")
    ] = "driftline",
    as_json: options.Json = False,
) -> None:
    """Profile the captures of a past range of time, merge their ground truth, and evaluate their windows; or suggest a
    baseline from a large data set.

    In a bucket, the stack's state machine does the work, with many functions at once. In a folder, processes of this
    machine do. A run that was interrupted goes on where it was. Nobody is alarmed about the past.

    The exit code is 1 if something failed or is left to do, otherwise 3 if a window was not evaluated.

    Example: driftline backfill --from 2026-01-01 --to 2026-07-01 --dry-run
    """
    cloud = store.startswith("s3://") and not here
    _check(first, last, manifest, resume=resume, publish=publish, cloud=cloud, baseline=baseline, one_window=one_window)
    with reporting(as_json=as_json) as output:
        place = open_place(store)
        machine = open_machine(place, stack_name) if cloud and not dry_run else None
        if resume is not None:
            plan = load_plan(place.store, checked_id(resume))
        elif baseline:
            planned = _of_baseline(output, place, place.endpoint(endpoint), monitor)
            plan = planned.plan
        else:
            assert first is not None
            assert last is not None
            capture = place.capture(place.endpoint(endpoint))
            captures = Captures(capture.store, capture.prefix, place.endpoint(endpoint), first, last)
            planned = _planned(
                output, place, captures, manifest, monitor, publish=publish, pages=pages, one_window=one_window
            )
            plan = planned.plan
        if resume is None and not dry_run:
            _write(output, place, planned)
        if dry_run:
            forecast = Forecast.of(
                plan, functions_at_once(place, stack_name) if cloud else processes, place, cloud=cloud
            )
            output.result(forecast.document(), forecast.show)
            return
        output.note(f"Run {plan.id}: {size_of(plan)}.")
        try:
            if machine is not None:
                follow_machine(output, place.store, plan, machine, resume=resume is not None)
            else:
                work_here(output, place, plan, processes, resume=resume is not None)
        except KeyboardInterrupt:
            output.note(_interrupted(plan, store, cloud=cloud))
            raise typer.Exit(ExitCode.INTERRUPTED) from None
        outcome = conclude(plan, place.store)
        output.result(
            outcome_document(place, plan, outcome), lambda console: show_outcome(console, place, plan, outcome)
        )
        for failure in outcome.failures[:_NAMED]:
            output.trouble(DriftlineError(failure.reason, where=failure.name))
        if outcome.failures or not outcome.complete:
            output.note(f"Try again what failed: {_command(plan, store)}")
            raise typer.Exit(ExitCode.FAILED)
        if outcome.blind:
            raise typer.Exit(ExitCode.NOT_EVALUATED)


def _check(
    first: datetime | None,
    last: datetime | None,
    manifest: str | None,
    *,
    resume: str | None,
    publish: bool,
    cloud: bool,
    baseline: bool,
    one_window: bool,
) -> None:
    """Raises BadParameter: options that do not fit together."""
    if publish and not cloud:
        raise typer.BadParameter("--publish needs a stack: only its functions publish")
    if resume is not None:
        return
    if baseline:
        if first or last or manifest or publish or one_window:
            raise typer.BadParameter(
                "--baseline reads all of input/: leave out --from, --to, --one-window, --manifest and --publish"
            )
        return
    if first is None or last is None:
        raise typer.BadParameter("pass --from and --to, --baseline, or --resume")
    if first != floor_to(first, HOUR) or last != floor_to(last, HOUR) or first >= last:
        raise typer.BadParameter("pass whole hours, --from before --to; the end is excluded")


def _of_baseline(output: Output, place: Place, endpoint: str, monitor: str | None) -> Planned:
    chosen = place.monitor(endpoint, monitor)
    output.note(f"Looking at the data set in {place.store.uri(baseline_folder(endpoint, chosen))}input/ …")
    return plan_baseline(endpoint, chosen, store=place.store, tables=DuckTables(), kinds=KINDS, release=__version__)


def _planned(
    output: Output,
    place: Place,
    captures: Captures,
    manifest: str | None,
    monitor: str | None,
    *,
    publish: bool,
    pages: bool,
    one_window: bool,
) -> Planned:
    output.note(f"Looking for capture files in {captures.store.uri(captures.prefix + captures.endpoint)}/ …")
    files = find_items(place, captures, manifest)
    return make_plan(
        captures,
        files,
        store=place.store,
        kinds=KINDS,
        release=__version__,
        monitor=monitor,
        publish=publish,
        pages=pages,
        one_window=one_window,
    )


def _write(output: Output, place: Place, planned: Planned) -> None:
    """Nothing, if the same run was planned before: it goes on."""
    if place.store.etag(plan_key(planned.plan.id)) is not None:
        return
    with output.progress("planning", len(planned.batches)) as step:
        write_plan(planned, place.store, step)


def _interrupted(plan: Plan, store: str, *, cloud: bool) -> str:
    what = "The stack goes on with it; this command looks on again" if cloud else "What is done is kept. Continue with"
    return f"Interrupted. {what}: {_command(plan, store)}"


def _command(plan: Plan, store: str) -> str:
    return f"driftline backfill --resume {plan.id} --store {store}"
