"""YAML with the line and column of every key and value, and all of its errors instead of the first only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, override

from ruamel.yaml import YAML
from ruamel.yaml.composer import MaxDepthExceededError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.parser import Parser
from ruamel.yaml.reader import ReaderError

from driftline.domain.monitors.problem import Path

type Position = tuple[int, int]

_MAX_DEPTH = 20
_MAX_NODES = 30_000
_MAX_EVENTS = 2 * _MAX_NODES + 1_000
"""Of the parser: a key and a value each, and the ends of lists. Reading stops there: 256 KiB may hold a quarter of a
million, which take 20 seconds."""

_MAX_SCALAR = 2_000
_KINDS = ("map", "seq", "str", "int", "float", "bool", "null", "timestamp")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that YAML does not allow, found before any field is checked."""

    position: Position
    path: Path
    found: str
    allowed: str
    mend: str = ""


_TOO_MUCH = Problem(
    (1, 1), (), "too many values", f"{_MAX_NODES} values, {_MAX_DEPTH} levels", "Is this the right file?"
)


@dataclass(frozen=True, slots=True)
class Positions:
    """Positions of the keys and values of a document; lines and columns count from 1."""

    keys: Mapping[Path, Position]
    values: Mapping[Path, Position]

    def of_key(self, path: Path) -> Position:
        return self.keys.get(path) or self.of_value(path)

    def of_value(self, path: Path) -> Position:
        """The position of the value, or of its nearest parent in the text."""
        return next((self.values[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.values), (1, 1))


@dataclass(frozen=True, slots=True)
class Read:
    """A document as plain dictionaries, lists and scalars; None if it could not be read."""

    value: Any
    positions: Positions
    problems: tuple[Problem, ...]


class _TooMuchError(Exception):
    """More nodes than a document needs: aliases that multiply, or a data set."""


class _BoundedParser(Parser):
    """Ends at the first event that is too many, before everything after it was read."""

    def __init__(self, loader: Any) -> None:
        super().__init__(loader)
        self._left = _MAX_EVENTS

    @override
    def get_event(self) -> Any:
        self._left -= 1
        if self._left < 0:
            raise _TooMuchError
        return super().get_event()


def read_yaml(text: str) -> Read:
    """Reads one YAML 1.2 document, as plain objects only."""
    node = composed(text)
    if isinstance(node, Problem):
        return Read(None, Positions({}, {}), (node,))
    if node is None:
        return Read(None, Positions({}, {}), (Problem((1, 1), (), "an empty document", "a monitor document"),))
    walk = _Walk()
    value = walk.value(node, ())
    return Read(value, Positions(walk.keys, walk.values), tuple(walk.problems))


def composed(text: str) -> Node | Problem | None:
    """The document's node with its marks in the text, None if it is empty; or why it could not be read to its end."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Parser = _BoundedParser
    yaml.max_depth = _MAX_DEPTH + 1
    try:
        node: Node | None = yaml.compose(text)
    except (_TooMuchError, MaxDepthExceededError):
        return _TOO_MUCH
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        position = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        if tab := _tab_in_indentation(text, position[0]):
            return Problem(tab, (), "a tab", "spaces: YAML does not indent with tabs", "Replace tabs with spaces.")
        what = " ".join(part for part in (error.problem, error.context) if part)
        return Problem(position, (), f"a YAML error ({what})", "YAML 1.2", "Check indentation and brackets.")
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - (text.rfind("\n", 0, error.position) + 1) + 1
        return Problem((line, column), (), "a character that YAML does not allow", "printable text")
    except (YAMLError, ValueError, RecursionError) as error:
        return Problem((1, 1), (), f"text that is not YAML ({type(error).__name__})", "YAML 1.2")
    return node


def _tab_in_indentation(text: str, line: int) -> Position | None:
    """The first tab before the text of a line, up to the one where reading ended."""
    for number, each in enumerate(text.split("\n")[:line], start=1):
        indentation = each[: len(each) - len(each.lstrip(" \t"))]
        if "\t" in indentation and each.strip():
            return number, indentation.index("\t") + 1
    return None


@dataclass(slots=True)
class _Walk:
    keys: dict[Path, Position] = field(default_factory=dict)
    values: dict[Path, Position] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    nodes: int = 0
    yaml: YAML = field(default_factory=lambda: YAML(typ="safe", pure=True))

    def value(self, node: Node, path: Path) -> Any:
        try:
            return self._value(node, path)
        except _TooMuchError:
            self.problems.append(_TOO_MUCH)
            return None

    def _value(self, node: Node, path: Path) -> Any:
        self.nodes += 1
        # Aliases can make a short text expand without limit.
        if self.nodes > _MAX_NODES or len(path) > _MAX_DEPTH:
            raise _TooMuchError
        self.values[path] = _position(node)
        kind = str(node.tag).removeprefix("tag:yaml.org,2002:")
        if kind not in _KINDS:
            self.problems.append(Problem(_position(node), path, f"the tag {node.tag}", "plain values without tags"))
            return None
        if isinstance(node, MappingNode):
            return dict(self._items(node, path))
        if isinstance(node, SequenceNode):
            return [self._value(child, (*path, index)) for index, child in enumerate(node.value)]
        return self._scalar(node, kind, path)

    def _items(self, node: MappingNode, path: Path) -> Iterator[tuple[str, Any]]:
        first: dict[str, int] = {}
        for key_node, child in node.value:
            name = key_node.value if isinstance(key_node, ScalarNode) else None
            if name is None:
                self.problems.append(Problem(_position(key_node), path, "a key that is not a name", "a name"))
            elif name in first:
                self.problems.append(
                    Problem(
                        _position(key_node), (*path, name), f"a second {name!r}", f"it once; line {first[name]} has it"
                    )
                )
            else:
                first[name] = _position(key_node)[0]
                self.keys[*path, name] = _position(key_node)
                yield name, self._value(child, (*path, name))

    def _scalar(self, node: Node, kind: str, path: Path) -> Any:
        if len(node.value) > _MAX_SCALAR:
            self.problems.append(
                Problem(_position(node), path, f"{len(node.value)} characters", f"up to {_MAX_SCALAR} characters")
            )
            return None
        if kind in {"str", "timestamp"}:
            return node.value
        try:
            return self.yaml.constructor.construct_object(node)
        except (YAMLError, ValueError):
            self.problems.append(Problem(_position(node), path, repr(node.value), f"a value of the type {kind}"))
            return None


def _position(node: Node) -> Position:
    return node.start_mark.line + 1, node.start_mark.column + 1
