"""`driftline silence`: stops notifications about a monitor's alarms for some time."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from driftline.cli import options
from driftline.cli.output import reporting
from driftline.cli.places import open_place
from driftline.cli.text import safe
from driftline.cli.user import user_name
from driftline.domain.incidents.silence import Silence
from driftline.domain.instants import format_instant
from driftline.domain.monitors.fields import Age
from driftline.domain.monitors.ownership import Whose
from driftline.kinds.registry import KINDS
from driftline.presentation.text import count
from driftline.usecases.notifying.silences import lift_group_silence, lift_silence, silence_group, silence_monitor

_AGE: TypeAdapter[timedelta] = TypeAdapter(Age)


_SHORT = re.compile(r"(\d+)([mhdw])", re.IGNORECASE)


def _duration(text: str) -> timedelta:
    """ISO 8601 in upper or lower case, or one number with its unit: 30m, 6h, 1d, 2w."""
    short = _SHORT.fullmatch(text.strip())
    iso = text.strip().upper()
    if short:
        amount, unit = short[1], short[2].upper()
        iso = f"PT{amount}{unit}" if unit in "MH" else f"P{amount}{unit}"
    try:
        duration = _AGE.validate_python(iso)
    except ValidationError:
        duration = timedelta(0)
    if not duration:
        raise typer.BadParameter(f"{text!r} is not a duration such as 6h, 1d, 2w, PT6H or P1D, up to 366d")
    return duration


def _tag(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not key or not equals or not value:
        raise typer.BadParameter(f"{text!r} is not a tag such as tier=gold")
    return key, value


def silence(
    endpoint: Annotated[str | None, typer.Argument(help="The endpoint.", metavar="ENDPOINT")] = None,
    monitor: Annotated[str | None, typer.Argument(help="The monitor, or watch.", metavar="MONITOR")] = None,
    *,
    team: Annotated[str | None, typer.Option("--team", metavar="TEAM", help="All endpoints of a team.")] = None,
    tag: Annotated[str | None, typer.Option("--tag", metavar="KEY=VALUE", help="All endpoints with a tag.")] = None,
    lasting: Annotated[
        timedelta | None,
        typer.Option("--for", parser=_duration, metavar="DURATION", help="How long: 6h, 1d, 2w, or ISO 8601 (P1D)."),
    ] = None,
    why: Annotated[str, typer.Option("--why", help="The reason, for people who miss the messages.")] = "",
    off: Annotated[bool, typer.Option("--off", help="End the silence now.")] = False,
    store: options.Store = ".",
    as_json: options.Json = False,
) -> None:
    """Stop notifications about alarms for some time: of a monitor, of a team, or of all endpoints with a tag.

    Alarms, reports and retraining continue. Anything still wrong then is reported within an hour. Use watch as the
    monitor to silence the alarms on executions, schedules, captures and ground truth.

    Example: driftline silence flight-delay data_quality --for P1D --why "new carrier, known" --store s3://my-bucket

    For a team: driftline silence --team risk --for 2h --why "migration" --store s3://my-bucket
    """
    whose = _whose(endpoint, monitor, team, tag)
    if off:
        if lasting is not None or why:
            raise typer.BadParameter("pass --off, or --for and --why")
        _lift(whose, store, as_json=as_json)
        return
    if lasting is None or not why.strip():
        raise typer.BadParameter('a silence needs a duration and a reason: --for P1D --why "…"; --off ends one')
    with reporting(as_json=as_json) as output:
        place = open_place(store)
        until = datetime.now(UTC).replace(microsecond=0) + lasting
        wanted = Silence(until=until, why=why.strip(), by=user_name())
        about: dict[str, object] = {}
        if isinstance(whose, Whose):
            silenced = silence_group(place.store, whose, wanted, kinds=KINDS)
            key, about = silenced.key, {"endpoints": list(silenced.endpoints)}
        else:
            key = silence_monitor(place.store, *whose, wanted, kinds=KINDS)
        result = {"silence": place.store.uri(key), **wanted.model_dump(mode="json"), **about}
        of = f" ({count(len(silenced.endpoints), 'endpoint')})" if isinstance(whose, Whose) else ""
        shown = f"[green]ok[/green]  silent until {format_instant(until)}{of}: {safe(place.store.uri(key))}"
        output.result(result, lambda console: console.print(shown, soft_wrap=True))


def _whose(endpoint: str | None, monitor: str | None, team: str | None, tag: str | None) -> tuple[str, str] | Whose:
    """A monitor of an endpoint, or a group of endpoints."""
    if endpoint is None and (team is None) != (tag is None):
        return Whose(team, dict([_tag(tag)]) if tag is not None else {})
    if endpoint is None or monitor is None or team is not None or tag is not None:
        raise typer.BadParameter("name an endpoint and a monitor, or pass --team or --tag")
    return endpoint, monitor


def _lift(whose: tuple[str, str] | Whose, store: str, *, as_json: bool) -> None:
    with reporting(as_json=as_json) as output:
        place = open_place(store)
        key = lift_group_silence(place.store, whose) if isinstance(whose, Whose) else lift_silence(place.store, *whose)
        lifted: dict[str, object] = {"silence": place.store.uri(key), "until": None}
        output.result(lifted, lambda console: console.print(f"[green]ok[/green]  silence ended: {safe(key)} deleted"))
