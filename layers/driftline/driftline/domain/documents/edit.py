"""Changes one monitor of a document's text: comments, order and every other character stay as they are.

What is new is spliced into the text at the places where YAML's parser says that nodes begin and end. Writing the whole
document again, even with a library that keeps comments, would move some of them and change indentation and quotes.
"""

from collections.abc import Mapping

from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode

from driftline.domain.documents.draft import Draft, DraftColumns, scalar
from driftline.domain.documents.positions import Problem, composed
from driftline.domain.errors import InvalidInputError

type Fields = Mapping[str, object]
"""Field → value: a scalar, or a mapping of scalars."""

_STEP = 2
"""Spaces of indentation below a key."""


def with_monitor(text: str | None, endpoint: str, monitor: str, fields: Fields) -> str:
    """The document with these fields set, in a monitor that is there or a new one.

    Args:
        text: A valid document; None: there is none yet.
        fields: Others of the monitor stay.

    Raises:
        InvalidInputError: it is written in a way that cannot be edited in place.
    """
    if text is None:
        return Draft(endpoint, DraftColumns(), {monitor: fields}).text()
    monitors = _monitors(text)
    found = _entry(monitors, monitor)
    if found is None:
        body = f"{{{', '.join(f'{name}: {scalar(each)}' for name, each in fields.items())}}}"
        return _with_new(text, monitors, monitor, fields, body)
    for name, each in fields.items():
        text = _with_field(text, monitor, name, scalar(each))
    return text


def without_monitor(text: str, monitor: str) -> str | None:
    """The document without a monitor; None if it is the only one, because there is no document without any.

    Raises:
        InvalidInputError: there is no such monitor, or it is written in a way that cannot be edited in place.
    """
    monitors = _monitors(text)
    found = _entry(monitors, monitor)
    if found is None:
        raise InvalidInputError(f"the document has no monitor {monitor}")
    if len(monitors.value) == 1:
        return None
    key, value = found
    start, end = key.start_mark.index, _end(text, key, value)
    if not monitors.flow_style:
        return text[: _line_start(text, start)] + text[_line_end(text, end) :]
    position = [each for each, _ in monitors.value].index(key)
    if position + 1 < len(monitors.value):
        return text[:start] + text[monitors.value[position + 1][0].start_mark.index :]
    before = monitors.value[position - 1]
    return text[: _end(text, *before)] + text[end:]


def _monitors(text: str) -> MappingNode:
    node = composed(text)
    if isinstance(node, Problem) or not isinstance(node, MappingNode):
        raise InvalidInputError("not a monitor document")
    found = _entry(node, "monitors")
    if found is None or not isinstance(found[1], MappingNode):
        raise InvalidInputError("the document has no monitors")
    return found[1]


def _entry(mapping: MappingNode, name: str) -> tuple[ScalarNode, Node] | None:
    for key, value in mapping.value:
        if key.value == name:
            if value.start_mark.index < key.end_mark.index or value.anchor:
                raise InvalidInputError(
                    f"{name} is shared with another part of the document by an anchor",
                    where=f"line {key.start_mark.line + 1}",
                    mend="Write it out, without & and *, and try again.",
                )
            return key, value
    return None


def _with_new(text: str, monitors: MappingNode, monitor: str, fields: Fields, flow: str) -> str:
    last = _end(text, *monitors.value[-1])
    if monitors.flow_style:
        return f"{text[:last]}, {monitor}: {flow}{text[last:]}"
    indent = monitors.value[0][0].start_mark.column
    lines = [f"{' ' * indent}{monitor}:" if fields else f"{' ' * indent}{monitor}: {{}}"]
    lines += [f"{' ' * (indent + _STEP)}{name}: {scalar(each)}" for name, each in fields.items()]
    return _inserted(text, last, lines)


def _with_field(text: str, monitor: str, name: str, value: str) -> str:
    found = _entry(_monitors(text), monitor)
    if found is None:
        raise AssertionError(monitor)
    key, settings = found
    if not isinstance(settings, MappingNode):  # `data_quality:` alone
        return _spliced(text, key, settings, f"{{{name}: {value}}}")
    field = _entry(settings, name)
    if field is not None:
        return _spliced(text, *field, value)
    if not settings.value:
        return f"{text[: settings.start_mark.index]}{{{name}: {value}}}{text[settings.end_mark.index :]}"
    last = _end(text, *settings.value[-1])
    if settings.flow_style:
        return f"{text[:last]}, {name}: {value}{text[last:]}"
    return _inserted(text, last, [f"{' ' * settings.value[0][0].start_mark.column}{name}: {value}"])


def _spliced(text: str, key: ScalarNode, value: Node, new: str) -> str:
    """The text with another value of a key."""
    end = _end(text, key, value)
    start = end if _is_absent(value) else value.start_mark.index
    space = "" if text[start - 1].isspace() else " "
    return f"{text[:start]}{space}{new}{text[end:]}"


def _is_absent(value: Node) -> bool:
    """Whether there is nothing behind the colon."""
    return bool(value.start_mark.index == value.end_mark.index)


def _end(text: str, key: ScalarNode, value: Node) -> int:
    """Where the value's own text ends: YAML ends a block where the next thing begins, behind comments."""
    if isinstance(value, CollectionNode) and not value.flow_style and value.value:
        last = value.value[-1]
        return _end(text, *last) if isinstance(last, tuple) else _end(text, key, last)
    if _is_absent(value):
        return text.index(":", key.end_mark.index) + 1
    return len(text[: value.end_mark.index].rstrip())


def _inserted(text: str, behind: int, lines: list[str]) -> str:
    """New lines behind the line of a place."""
    newline = "\r\n" if "\r\n" in text else "\n"
    end = _line_end(text, behind)
    start = "" if text[:end].endswith("\n") else newline
    return text[:end] + start + "".join(f"{line}{newline}" for line in lines) + text[end:]


def _line_start(text: str, place: int) -> int:
    return text.rfind("\n", 0, place) + 1


def _line_end(text: str, place: int) -> int:
    """Behind the line's newline, or the end of the text."""
    found = text.find("\n", place)
    return len(text) if found < 0 else found + 1
