"""Parses a monitor document, or lists every error in it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, get_args, override

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from driftline.domain.alarms.check import problems_of
from driftline.domain.documents.column_problems import column_problems
from driftline.domain.documents.positions import Positions, Problem, Read, read_yaml
from driftline.domain.errors import InvalidInputError
from driftline.domain.monitors.document import MonitorDocument, Monitors
from driftline.domain.monitors.fields import REFUSED
from driftline.domain.monitors.problem import DocumentProblem, Path
from driftline.domain.monitors.routes import Routes
from driftline.domain.spelling import did_you_mean

MAX_SIZE = 1 << 18
"""Bytes. Enough for ten thousand column names; a data set uploaded to the wrong prefix is larger."""

MOST_ERRORS = 25
"""Listed errors. Nobody reads more, and a file that is no monitor document may have one in each line."""

_KINDS = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "tuple_type": "a list",
    "model_type": "a mapping: lines of key: value, indented below",
    "dict_type": "a mapping: lines of key: value, indented below",
}


@dataclass(frozen=True, slots=True)
class DocumentError:
    """One error; line and column count from 1.

    Attributes:
        field: The field's dotted name, for example `monitors.data_quality.schedule`; empty for the whole document.
    """

    line: int
    column: int
    field: str
    found: str
    allowed: str
    mend: str = ""

    @override
    def __str__(self) -> str:
        field = f", {self.field}" if self.field else ""
        place = f"line {self.line}, column {self.column}{field}"
        return f"{place}: {self.found}. Allowed: {self.allowed}. {self.mend}".rstrip()


class InvalidDocumentError(InvalidInputError):
    """An invalid monitor document, with all its errors in the order of their lines."""

    def __init__(self, where: str, errors: Sequence[DocumentError], *, of: str = "the monitor document") -> None:
        count = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
        lines = "".join(f"\n  {error}" for error in errors)
        super().__init__(f"{count} in {of}{lines}", where=where)
        self.errors = tuple(errors)


def decode_document(body: bytes, *, where: str) -> str:
    """The text of a document's bytes.

    Raises:
        InvalidDocumentError: the bytes are not UTF-8.
    """
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        found = f"the byte 0x{body[error.start]:02x}"
        raise InvalidDocumentError(
            where, [DocumentError(line, 1, "", found, "text in UTF-8", "Save the file as UTF-8.")]
        ) from None


def parse_document(text: str, *, where: str, model: type[MonitorDocument]) -> MonitorDocument:
    """Reads and checks a monitor document.

    Args:
        text: YAML 1.2.
        where: The document's key or path. The endpoint must equal the name of a `.yaml` file.
        model: The model of documents with the registered kinds of monitors.

    Raises:
        InvalidDocumentError: with every error that could be found, up to MOST_ERRORS.
    """
    read, document, errors, more = _validated(text, where, model)
    endpoint = read.value.get("endpoint") if isinstance(read.value, dict) else None
    errors += _wrong_endpoint(endpoint, read.positions, where)
    if document is not None:
        errors += errors_of([*problems_of(document), *column_problems(document)], read.positions)
    if errors or document is None:
        raise InvalidDocumentError(where, _listed(errors, more))
    return document


def parse_routes(text: str, *, where: str) -> Routes:
    """Reads and checks `channels/routes.yaml`.

    Raises:
        InvalidDocumentError: with every error that could be found, up to MOST_ERRORS.
    """
    read, routes, errors, more = _validated(text, where, Routes)
    if routes is not None:
        errors += errors_of(routes.problems(), read.positions)
    if errors or routes is None:
        raise InvalidDocumentError(where, _listed(errors, more), of="the routes of channels")
    return routes


def _validated[Model: BaseModel](
    text: str, where: str, model: type[Model]
) -> tuple[Read, Model | None, list[DocumentError], int]:
    """What is in the text, the model if there is nothing wrong, otherwise errors and how many more there are."""
    if len(text.encode(errors="replace")) > MAX_SIZE:
        error = DocumentError(1, 1, "", f"{len(text)} characters", f"{MAX_SIZE} bytes", "Is this the right file?")
        raise InvalidDocumentError(where, [error])
    read = read_yaml(text)
    errors = [_from_yaml(problem) for problem in read.problems]
    # What YAML itself refused leaves holes that would be reported a second time.
    if not errors or read.value is not None:
        try:
            return read, model.model_validate(_with_defaults(read.value)), errors, 0
        except ValidationError as error:
            known = {problem.path for problem in read.problems}
            details = [detail for detail in error.errors(include_url=False) if detail["loc"] not in known]
            errors += [_from_pydantic(detail, read.positions, where, model) for detail in details[:MOST_ERRORS]]
            return read, None, errors, max(len(details) - MOST_ERRORS, 0)
    return read, None, errors, 0


def _listed(errors: Iterable[DocumentError], more: int) -> list[DocumentError]:
    """The first, in the order of their lines, and how many there are besides."""
    found = sorted(set(errors), key=lambda e: (e.line, e.column, e.field, e.found))
    more += max(len(found) - MOST_ERRORS, 0)
    if not more:
        return found
    last = found[MOST_ERRORS - 1]
    rest = DocumentError(last.line, last.column, "", f"{more:,} more errors", "none", "Fix those above first.")
    return [*found[:MOST_ERRORS], rest]


def error_at(path: Path, positions: Positions, found: str, allowed: str, mend: str = "") -> DocumentError:
    """An error in the value of a field, or in its parent if the field is not written in the document."""
    line, column = positions.of_value(path)
    return DocumentError(line, column, _dotted(path), found, allowed, mend)


def errors_of(problems: Iterable[DocumentProblem], positions: Positions) -> list[DocumentError]:
    """Each in the value of its field."""
    return [error_at(each.path, positions, each.found, each.allowed, each.mend) for each in problems]


def _with_defaults(value: object) -> object:
    """`data_quality:` without a value means all defaults, like `data_quality: {}`."""
    if isinstance(value, dict) and isinstance(monitors := value.get("monitors"), dict):
        return value | {"monitors": {name: {} if body is None else body for name, body in monitors.items()}}
    return value


def _wrong_endpoint(endpoint: object, positions: Positions, where: str) -> Iterable[DocumentError]:
    file = PurePosixPath(where)
    if isinstance(endpoint, str) and file.suffix in {".yaml", ".yml"} and endpoint != file.stem:
        line, column = positions.of_value(("endpoint",))
        mend = f"Rename the file to {endpoint}.yaml, or set endpoint: {file.stem}."
        yield DocumentError(line, column, "endpoint", repr(endpoint), f"{file.stem}, the name of the file", mend)


def _from_yaml(problem: Problem) -> DocumentError:
    line, column = problem.position
    return DocumentError(line, column, _dotted(problem.path), problem.found, problem.allowed, problem.mend)


def _from_pydantic(details: ErrorDetails, positions: Positions, where: str, document: type[BaseModel]) -> DocumentError:
    path, kind, context = details["loc"], details["type"], details.get("ctx", {})
    if kind == REFUSED:
        return error_at(path, positions, str(context["found"]), str(context["allowed"]), str(context["mend"]))
    if kind == "extra_forbidden":
        line, column = positions.of_key(path)
        allowed = _fields_at(document, path[:-1])
        thing = "monitor" if path[:-1] == ("monitors",) else "field"
        found = f"the unknown {thing} {path[-1]!r}"
        mend = did_you_mean(str(path[-1]).lower(), allowed)
        return DocumentError(line, column, _dotted(path), found, ", ".join(allowed), mend)
    if kind == "missing":
        line, column = positions.of_key(path[:-1])
        mend = f"Add endpoint: {PurePosixPath(where).stem}." if path == ("endpoint",) else f"Add {path[-1]}: …"
        return DocumentError(line, column, _dotted(path), "missing", "a value; there is no default", mend)
    line, column = positions.of_value(path)
    if kind == "literal_error":
        words = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        mend = did_you_mean(str(details["input"]).lower(), words)
        return DocumentError(line, column, _dotted(path), _shortened(details["input"]), ", ".join(words), mend)
    allowed_text = _KINDS.get(kind) or details["msg"].removeprefix("Input ")
    mend = ""
    if kind == "tuple_type" and isinstance(details["input"], str):
        mend = f"Put it in brackets: [{_shortened(details['input'], quoted=False)}]."
    if kind == "model_type":
        mend = f"Its fields are {', '.join(_fields_at(document, path))}."
    return DocumentError(line, column, _dotted(path), _shortened(details["input"]), allowed_text, mend)


def _fields_at(document: type[BaseModel], path: Path) -> list[str]:
    """The fields of the model at a path of the document, by their names in the document."""
    model: type[BaseModel] = document
    for name in path:
        if isinstance(name, str):  # an index of a list leads to the only model of the list
            fields = {field.alias or own: field for own, field in model.model_fields.items()}
            model = next(_models_in(fields[name].annotation))
    return (
        list(model.known())
        if issubclass(model, Monitors)
        else [f.alias or own for own, f in model.model_fields.items()]
    )


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    """`Alarm` of `tuple[Alarm, ...]`, `Capture` of `Capture | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def _dotted(path: Path) -> str:
    """`columns.input[3]`"""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _shortened(value: Any, *, quoted: bool = True) -> str:
    if value is None:
        return "no value"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = repr(value) if quoted else str(value)
    return text if len(text) <= 80 else f"{text[:77]}…"  # noqa: PLR2004, characters of a line
