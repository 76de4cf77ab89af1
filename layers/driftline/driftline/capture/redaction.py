"""Fields that nobody may keep are emptied before a record is written.

Names are those of columns: `input.email`, `input.customer.email`, `output.reason`, `input[3]`. They are looked for
everywhere in a payload, so that `input.email` is also found in each of `{"instances": [{"email": …}]}`: emptying too
much is better than too little. Values become null in JSON and empty cells in CSV, which are missing values. A list with
a value for each row is named as a whole: `output.predictions`.

A payload in which the fields cannot be looked for (BASE64, damaged JSON, CSV without a header if only names are given)
is refused, and its record is not written.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from math import prod
from typing import NoReturn

from driftline.capture.records import Encoding, Redact, Redactors
from driftline.domain.errors import InvalidInputError

type Step = str | int
type Path = tuple[Step, ...]

_SIDES = ("input", "output")
_STEP = re.compile(r"\.(?P<name>[^.\[\]]+)|\[(?P<place>\d{1,6})\]|\[\"(?P<quoted>[^\"]+)\"\]")
_NAMES = ("columns", "names")
"""Keys of the list of names in pandas' split and in Seldon's messages."""
_ROWS = ("data", "ndarray")


def redactors(columns: Iterable[str]) -> Redactors:
    """What to do with each side.

    Args:
        columns: `input.<name>`, `input["<a name with dots>"]`, `input[<place>]`, and the same with `output`; steps can
            be joined: `input.customer.email`, `input.features[2]`.

    Raises:
        InvalidInputError: a column has another form.
    """
    paths: dict[str, list[Path]] = {side: [] for side in _SIDES}
    for column in [columns] if isinstance(columns, str) else columns:
        side, path = _parsed(column)
        paths[side].append(path)
    return Redactors(*(_redactor(paths[side]) if paths[side] else None for side in _SIDES))


def _parsed(column: str) -> tuple[str, Path]:
    side = next((side for side in _SIDES if column.startswith((f"{side}.", f"{side}["))), "")
    steps: list[Step] = []
    at = len(side)
    while side and at < len(column):
        found = _STEP.match(column, at)
        if found is None:
            break
        steps.append(int(found["place"]) if found["place"] else found["name"] or found["quoted"])
        at = found.end()
    if not steps or at < len(column):
        raise InvalidInputError(
            f"{column!r} does not name a column", where="redact", expected='such as input.email, input[3], input["a.b"]'
        )
    return side, tuple(steps)


def _redactor(paths: Sequence[Path]) -> Redact:
    def redact(data: str, encoding: Encoding) -> str:
        match encoding:
            case "CSV":
                return _csv(data, paths)
            case "JSON":
                return _json(data, paths)
            case "BASE64":
                _refuse("it is neither CSV nor JSON")

    return redact


def _refuse(reason: str) -> NoReturn:
    raise InvalidInputError(
        f"fields of this payload have to be redacted, and {reason}",
        mend="Set its Content-Type, or name the columns by place, or do not capture it.",
    )


# CSV


def _csv(data: str, paths: Sequence[Path]) -> str:
    places = {path[0] for path in paths if len(path) == 1 and isinstance(path[0], int)}
    names = {".".join(map(str, path)) for path in paths if isinstance(path[0], str)}
    try:
        rows = list(csv.reader(io.StringIO(data, newline=""), strict=True))
    except csv.Error as error:
        _refuse(f"its CSV cannot be read ({error})")
    named = {place for place, cell in enumerate(rows[0] if rows else ()) if cell.strip() in names}
    if names and not named and not places and any(rows):
        _refuse("its first line has none of the names")
    header = rows[:1] if named else []
    emptied = named | places
    rest = [["" if place in emptied else cell for place, cell in enumerate(row)] for row in rows[len(header) :]]
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([*header, *rest])
    return written.getvalue()


# JSON


def _json(data: str, paths: Sequence[Path]) -> str:
    try:
        try:
            return _encode(_redacted(_load(data), paths))
        except ValueError:
            lines = [line for line in data.split("\n") if line.strip()]
            return "".join(f"{_encode(_redacted(_load(line), paths))}\n" for line in lines)
    except ValueError:
        _refuse("it is not JSON")
    except RecursionError:
        _refuse("it is nested too deeply")


def _load(text: str) -> object:
    return json.loads(text)  # noqa: TID251 - the standard library alone; RecursionError is caught


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _redacted(value: object, paths: Sequence[Path]) -> object:
    """The value itself, changed: what each path leads to, from here and from everything inside."""
    if isinstance(value, list):
        for path in paths:
            _follow(value, path)
        for item in value:
            _redacted(item, paths)
    elif isinstance(value, dict):
        if isinstance(predictions := value.get("predictions"), dict) and isinstance(predictions.get("data"), str):
            _refuse("its rows are a text in an envelope of explanations")
        for path in paths:
            _follow(value, path)
            _tensor(value, path)
        _split(value, paths)
        for item in value.values():
            _redacted(item, paths)
    return value


def _follow(at: object, path: Path) -> None:
    """Empties what the path leads to from here, if it leads anywhere."""
    step, rest = path[0], path[1:]
    if isinstance(at, dict):
        key = _joined(path) if _joined(path) in at else step
        if key in at:
            if rest and key == step:
                _follow(at[key], rest)
            else:
                at[key] = _emptied(at[key])
    elif isinstance(at, list) and isinstance(step, str):
        for item in at:
            _follow(item, path)
    elif isinstance(at, list) and isinstance(step, int) and step < len(at) and _is_row(at):
        if rest:
            _follow(at[step], rest)
        else:
            at[step] = _emptied(at[step])


def _joined(path: Path) -> str:
    return ".".join(map(str, path))


def _is_row(values: list[object]) -> bool:
    """Whether a list is one row, and not a list of rows."""
    return not all(isinstance(value, dict | list) for value in values)


def _emptied(value: object) -> object:
    """Keeps lists and objects, whose shape says how many rows there are, and empties what is in them."""
    if isinstance(value, list):
        return [_emptied(item) for item in value]
    if isinstance(value, dict):
        return {name: _emptied(item) for name, item in value.items()}
    return None


def _split(document: dict[str, object], paths: Sequence[Path]) -> None:
    """Names in one list and rows in another: `{"columns": ["a", "b"], "data": [[1, 2]]}`."""
    wanted = {_joined(path) for path in paths}
    for names in (document.get(key) for key in _NAMES):
        places = [place for place, name in enumerate(names) if name in wanted] if isinstance(names, list) else []
        for rows in (document.get(key) for key in _ROWS) if places else ():
            for row in [rows, *rows] if isinstance(rows, list) else ():
                if isinstance(row, list) and _is_row(row):
                    row[:] = [None if place in places else cell for place, cell in enumerate(row)]


def _tensor(tensor: dict[str, object], path: Path) -> None:
    """Of the Open Inference Protocol: `{"name": "a", "shape": [2, 3], "data": [1, 2, 3, 4, 5, 6]}`."""
    data, shape = tensor.get("data"), tensor.get("shape")
    if tensor.get("name") != path[0] or not isinstance(data, list):
        return
    width = prod(shape[1:]) if isinstance(shape, list) and all(isinstance(size, int) for size in shape) else 0
    if len(path) == 1 or not width or not isinstance(path[1], int):
        tensor["data"] = _emptied(data)
    elif _is_row(data):
        data[:] = [None if place % width == path[1] else value for place, value in enumerate(data)]
    else:
        for row in data:
            _follow(row, path[1:])
