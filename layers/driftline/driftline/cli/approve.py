"""`driftline approve` and `driftline retrainings`: approve a request, list decisions."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from driftline.cli import options
from driftline.cli.columns import table_of
from driftline.cli.output import reporting
from driftline.cli.places import open_place
from driftline.cli.text import safe
from driftline.cli.user import user_name
from driftline.domain.instants import format_instant
from driftline.domain.retraining.audit import Decision, audit_prefix
from driftline.usecases.retraining.retraining_history import Retraining, retrainings
from driftline.usecases.retraining.retraining_history import approve as put_approval

_Endpoint = Annotated[str, typer.Argument(help="The endpoint.", metavar="ENDPOINT")]
_Id = Annotated[str, typer.Argument(help="The id of the request, from the message.", metavar="ID")]
_By = Annotated[str | None, typer.Option("--by", help="Who approves. Default: your user name.")]
_Why = Annotated[str, typer.Option("--why", help="The reason, for the audit record.")]
_Newest = Annotated[int, typer.Option("--newest", "-n", min=1, help="How many decisions to list, newest first.")]


def approve(
    endpoint: _Endpoint,
    id_: _Id,
    *,
    store: options.Store = ".",
    by: _By = None,
    why: _Why = "",
    as_json: options.Json = False,
) -> None:
    """Approve a requested retraining that waits for a person.

    Writes approvals/<endpoint>/<id>.json; anyone who may write there may approve. All guards are checked again before
    anything starts: `driftline retrainings` shows the decision a few seconds later.

    Example: driftline approve flight-delay r20260302-140000-3f2a9c1b7d20 --store s3://my-bucket
    """
    with reporting(as_json=as_json) as output:
        place = open_place(store)
        key = put_approval(place.store, endpoint, id_, by or user_name(), why, datetime.now(UTC))
        uri = place.store.uri(key)
        output.result(
            {"endpoint": endpoint, "id": id_, "approval": uri},
            lambda console: console.print(f"Approved: {safe(uri)}", soft_wrap=True, highlight=False),
        )


def list_retrainings(
    endpoint: _Endpoint, *, store: options.Store = ".", newest: _Newest = 20, as_json: options.Json = False
) -> None:
    """List the decisions on requested retrainings, refusals with their reason.

    Example: driftline retrainings flight-delay --store s3://my-bucket
    """
    with reporting(as_json=as_json) as output:
        place = open_place(store)
        found = retrainings(place.store, endpoint, newest)
        looked_in = place.store.uri(audit_prefix(endpoint))
        document = {"endpoint": endpoint, "retrainings": [_document(each) for each in found]}
        output.result(document, lambda console: _show(console, endpoint, found, looked_in))


def _document(one: Retraining) -> Mapping[str, object]:
    return {
        **one.record.model_dump(mode="json", exclude={"record", "version"}),
        "ended": one.end.model_dump(mode="json", include={"at", "outcome", "took"}) if one.end else None,
        "audit": one.uri,
    }


def _show(console: Console, endpoint: str, found: Sequence[Retraining], looked_in: str) -> None:
    if not found:
        where = f"nothing found under {safe(looked_in)}"
        console.print(f"No alarm of {safe(endpoint)} has requested a retraining: {where}", soft_wrap=True)
        return
    table = table_of("time", "id", "monitor", "decision", "reason", "end")
    for one in found:
        record = one.record
        end = f"{one.end.outcome} {format_instant(one.end.at)}" if one.end else ""
        table.add_row(
            format_instant(record.at.replace(microsecond=0)),
            safe(record.id),
            safe(record.monitor),
            safe(record.decision.value),
            safe(record.reason),
            safe(end),
        )
    console.print(table)
    now = datetime.now(UTC)
    started = {one.record.request for one in found if one.record.decision is Decision.STARTED}
    for one in found:
        record = one.record
        waits = record.decision is Decision.AWAITING_APPROVAL and record.request not in started
        if waits and record.expires_at and now < record.expires_at:
            console.print(
                f"Waits for approval until {format_instant(record.expires_at)}: {safe(record.approve or '')}",
                soft_wrap=True,
            )
