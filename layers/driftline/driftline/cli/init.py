"""`driftline init`: writes a monitor document from a data set, a capture file, or both."""

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, get_args

import typer
from rich.console import Console

from driftline.adapters.by_hand.staged import StagedStore
from driftline.adapters.tables.duck import DuckTables
from driftline.cli import options
from driftline.cli.output import reporting
from driftline.cli.places import Place, open_place
from driftline.cli.text import safe
from driftline.domain.documents.draft import Draft, DraftColumns, PayloadShape, find_columns
from driftline.domain.documents.parse import parse_document
from driftline.domain.documents.positions import read_yaml
from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import document_key, parse_capture_key
from driftline.kinds.kind import Kind
from driftline.kinds.registry import KINDS
from driftline.usecases.drafting.look_at_data import look_at

_STAGED = "init/"
_NO_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME = 63
_NONE = "-"
"""The answer of somebody whose data set has no predictions."""


def init(
    files: Annotated[list[Path], typer.Argument(help="A data set, a capture file, or both.", metavar="FILE")],
    *,
    store: options.Store = ".",
    endpoint: Annotated[
        str | None,
        typer.Option(
            "--endpoint", "-e", help="The endpoint. Default: the capture file's folder, or the name of the data set."
        ),
    ] = None,
    monitors: Annotated[
        list[str] | None,
        typer.Option("--monitor", "-m", help=f"A monitor; may be repeated. Default: {KINDS.names[0]}."),
    ] = None,
    output_columns: Annotated[
        str | None,
        typer.Option("--output", help="Names of the output columns, with commas; empty: the data set has none."),
    ] = None,
    label: Annotated[str | None, typer.Option("--label", help="The column of the data set with ground truth.")] = None,
    categorical: Annotated[
        str, typer.Option("--categorical", help="Columns whose numbers are codes, with commas.")
    ] = "",
    exclude: Annotated[str, typer.Option("--exclude", help="Columns to leave out, with commas: ids, dates.")] = "",
    schedule: Annotated[str | None, typer.Option("--schedule", help="The schedule of the monitors.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="Any field of a monitor; may be repeated.", metavar="MONITOR.FIELD=VALUE"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing document.")] = False,
    as_json: options.Json = False,
) -> None:
    """Write a monitor document for an endpoint, and say what was assumed.

    A data set gives the names of columns, a capture file the shape of payloads. On a terminal, asks what neither says;
    elsewhere, names the option that does.

    Example: driftline init january.csv --endpoint churn --output prediction
    """
    with reporting(as_json=as_json) as output:
        place = open_place(store)
        seen = _look(place, files)
        asking = _Asking(enabled=on_terminal() and not as_json)
        name = endpoint or asking.ask("Name of the endpoint", "--endpoint", seen.name)
        key = document_key(name)
        if not force and place.store.etag(key) is not None:
            raise InvalidInputError("there is a document already", where=place.store.uri(key), mend="Use --force.")
        columns = _columns(seen, output_columns, label, asking)
        wanted = monitors or [asking.ask(f"Monitor: {', '.join(KINDS.names)}", "--monitor", KINDS.names[0])]
        stated = _stated(settings or (), schedule, wanted)
        drafted = {each: _settings(KINDS.named(each), columns, stated.get(each, {}), asking) for each in wanted}
        codes, left_out = _names(categorical), _names(exclude)
        _refuse_unknown(seen, [*codes, *left_out])
        draft = Draft(name, columns, drafted, tuple(seen.warnings), categorical=codes, exclude=left_out)
        document = parse_document(draft.text(), where=key, model=KINDS.document)
        place.store.put(key, draft.text().encode(), content_type="application/yaml")
        assumed = [*columns.assumed, *seen.warnings]
        result = {
            "document": place.store.uri(key),
            "endpoint": name,
            "assumed": assumed,
            "content": document.model_dump(mode="json"),
        }
        output.result(result, lambda console: _show(console, place.store.uri(key), draft, assumed, seen.data_sets))


def on_terminal() -> bool:
    """Whether somebody can answer."""
    return sys.stdin.isatty()


@dataclass(slots=True)
class _Seen:
    """What the files say together.

    Attributes:
        data_sets: Files of a data set.
    """

    columns: tuple[str, ...] | None = None
    shape: PayloadShape | None = None
    endpoint: str | None = None
    warnings: list[str] = field(default_factory=list)
    data_sets: list[Path] = field(default_factory=list)

    @property
    def name(self) -> str | None:
        """The endpoint's folder, or the name of the data set's file as endpoints may be called."""
        if self.endpoint is not None or not self.data_sets:
            return self.endpoint
        stem = self.data_sets[0].name.partition(".")[0]
        return _NO_NAME.sub("-", stem).strip("-._")[:_LONGEST_NAME] or None


def _look(place: Place, files: Sequence[Path]) -> _Seen:
    seen = _Seen()
    for number, path in enumerate(files):
        key = f"{_STAGED}{number}/{path.name}"
        staged = StagedStore(place.store, {key: path})
        with staged.naming_files():
            looked = look_at(staged, key, DuckTables())
        seen.columns = looked.columns or seen.columns
        seen.shape = looked.shape or seen.shape
        if looked.shape is None:
            seen.data_sets.append(path)
        seen.warnings += [text.replace(staged.uri(key), str(path)) for text in looked.warnings]
        if looked.shape is not None:
            seen.endpoint = seen.endpoint or _endpoint_of(path)
    return seen


def _endpoint_of(path: Path) -> str | None:
    try:
        return parse_capture_key(path.resolve().as_posix().lstrip("/")).endpoint
    except InvalidInputError:
        return None


@dataclass(frozen=True, slots=True)
class _Asking:
    """Questions on a terminal; elsewhere the default, or the option that is missing."""

    enabled: bool

    def ask(self, question: str, option: str, default: str | None = None) -> str:
        if self.enabled:
            return str(typer.prompt(question, default=default, err=True))
        if default is None:
            raise typer.BadParameter(f"{question}: this cannot be found out from the files; pass {option}")
        return default


def _columns(seen: _Seen, output: str | None, label: str | None, asking: _Asking) -> DraftColumns:
    stated = None if output is None else _names(output)
    _refuse_unknown(seen, [*(stated or ()), *([label] if label else [])])
    found = find_columns(seen.columns, seen.shape, stated, label)
    if found is None:
        known = f" of {', '.join(seen.columns)}" if seen.columns else ""
        # A data set alone may be of anything: without captures, columns need not be outputs.
        default = _NONE if seen.shape is None else None
        answer = asking.ask(f"Which columns{known} are outputs (commas between; none: {_NONE})", "--output", default)
        found = find_columns(seen.columns, seen.shape, () if answer.strip() == _NONE else _names(answer), label)
        if found is not None and default is not None and not asking.enabled:
            found = replace(found, assumed=(*found.assumed, "no column is predicted; all are features (--output)"))
    return found or DraftColumns()


def _refuse_unknown(seen: _Seen, names: Sequence[str]) -> None:
    unknown = [name for name in names if seen.columns is not None and name not in seen.columns]
    if unknown:
        raise typer.BadParameter(f"no column {', '.join(unknown)}; the data set has {', '.join(seen.columns or ())}")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _stated(settings: Sequence[str], schedule: str | None, wanted: Sequence[str]) -> dict[str, dict[str, object]]:
    """Monitor -> field -> value, read as YAML."""
    found: dict[str, dict[str, object]] = {name: {"schedule": schedule} if schedule else {} for name in wanted}
    for each in settings:
        path, equals, value = each.partition("=")
        monitor, dot, name = path.partition(".")
        if not equals or not dot or monitor not in found:
            raise typer.BadParameter(f"--set {each}: expected MONITOR.FIELD=VALUE, MONITOR one of {', '.join(wanted)}")
        found[monitor][name] = read_yaml(value).value
    return found


def _settings(kind: Kind, columns: DraftColumns, stated: Mapping[str, object], asking: _Asking) -> Mapping[str, object]:
    """What was stated, what the kind makes of the columns, and its required fields."""
    chosen = dict(stated)
    for name, each in kind.settings.model_fields.items():
        if each.is_required() and name not in chosen:
            choices = ", ".join(map(str, get_args(each.annotation)))
            chosen[name] = asking.ask(f"{kind.title}: {name} ({choices})", f"--set {kind.name}.{name}=…")
    return {**kind.settings.drafted(columns.output, columns.label, chosen), **chosen}


def _show(console: Console, place: str, draft: Draft, assumed: Sequence[str], data_sets: Sequence[Path]) -> None:
    console.print(f"[green]ok[/green]  {safe(place)}", soft_wrap=True)
    for text in assumed:
        console.print(f"assumed: {safe(text)}", soft_wrap=True)
    console.print(safe(draft.text()), soft_wrap=True, end="")
    if data_sets:
        files = " ".join(map(str, data_sets))
        console.print(
            f"Next: driftline baseline {safe(files)}; then driftline check NEW_DATA --open, or ingest and run.",
            soft_wrap=True,
        )
        return
    console.print(f"Next: driftline validate {safe(place)}; then baseline, ingest and run.", soft_wrap=True)
