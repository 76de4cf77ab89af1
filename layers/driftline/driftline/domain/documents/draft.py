"""A monitor document from what data look like: what is known, what was assumed and why."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_PREDICTIONS = re.compile(
    r"(^|_)(pred|predicted|prediction|predictions|yhat|score|prob|probability|output)(_|$)", re.IGNORECASE
)
_LABELS = frozenset({"label", "labels", "target", "actual", "y_true", "ground_truth", "truth"})
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_ .-]*(?<! )")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan"})


@dataclass(frozen=True, slots=True)
class PayloadShape:
    """How captured payloads are shaped.

    Attributes:
        outputs, inputs: Numbers of columns.
        names: Whether both sides bring their own names.
    """

    outputs: int
    inputs: int
    names: bool = False


@dataclass(frozen=True, slots=True)
class DraftColumns:
    """Names of the columns; none of both if the payloads bring their own.

    Attributes:
        label: The column of the data set that is ground truth, and therefore in no payload.
        assumed: What was guessed, one sentence each.
    """

    output: tuple[str, ...] = ()
    input: tuple[str, ...] = ()
    label: str | None = None
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A document without what has a good default.

    Attributes:
        monitors: Name -> field -> value.
        categorical, exclude: Names of columns, as stated.
        capture: Field → value: where captures are, if not below capture/ of the same bucket.
    """

    endpoint: str
    columns: DraftColumns
    monitors: Mapping[str, Mapping[str, object]]
    assumed: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    capture: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """The document as YAML, with the assumptions as comments."""
        return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        yield from (f"# Assumed: {text}" for text in (*self.columns.assumed, *self.assumed))
        yield f"endpoint: {scalar(self.endpoint)}"
        if self.capture:
            yield f"capture: {scalar(self.capture)}"
        lists = {
            "output": self.columns.output,
            "input": self.columns.input,
            "categorical": self.categorical,
            "exclude": self.exclude,
        }
        if any(lists.values()):
            yield "columns:"
            yield from (f"  {name}: [{', '.join(map(scalar, names))}]" for name, names in lists.items() if names)
        yield "monitors:"
        for name, settings in self.monitors.items():
            yield f"  {name}:" if settings else f"  {name}: {{}}"
            yield from (f"    {key}: {scalar(value)}" for key, value in settings.items())


def find_columns(
    data_set: Sequence[str] | None, shape: PayloadShape | None, output: Sequence[str] | None, label: str | None
) -> DraftColumns | None:
    """Which columns are outputs, inputs and ground truth; None if only a person can say which are the outputs.

    Args:
        data_set: Names of a data set's columns, in order; None without a data set, or without names.
        shape: Of the captured payloads; None without a capture file.
        output: Names of the output columns as stated; none of them if the data set has no predictions.
        label: The label's name as stated.
    """
    if data_set is None:
        return _without_data_set(shape, output)
    assumed: list[str] = []
    if label is None:
        label = next((name for name in data_set if name.lower() in _LABELS), None)
        if label is not None:
            assumed.append(f"{label} is ground truth, by its name; it is in no payload (--label)")
    others = [name for name in data_set if name != label]
    if output is None:
        found = _outputs(others, shape)
        if found is None:
            return None
        output, why = found
        assumed.append(why)
    rest = tuple(name for name in others if name not in output)
    return DraftColumns(tuple(output), rest, label, tuple(assumed))


def _without_data_set(shape: PayloadShape | None, output: Sequence[str] | None) -> DraftColumns | None:
    if shape is None:
        return None
    if shape.names:
        return DraftColumns(tuple(output or ()), assumed=("the payloads bring the names of their columns",))
    outputs = tuple(output or _numbered("prediction", shape.outputs))
    inputs = _numbered("feature", shape.inputs)
    why = f"CSV payloads have no names: {shape.outputs} output and {shape.inputs} input columns got some; replace them"
    return DraftColumns(outputs, inputs, assumed=(why,))


def _outputs(names: Sequence[str], shape: PayloadShape | None) -> tuple[tuple[str, ...], str] | None:
    """(names of the output columns, why)."""
    by_name = tuple(name for name in names if _PREDICTIONS.search(name))
    if by_name and (shape is None or shape.names or len(by_name) == shape.outputs):
        return by_name, f"{', '.join(by_name)} is predicted, by its name (--output)"
    if shape is not None and shape.inputs == len(names):
        return (), f"the data set has the {shape.inputs} input columns alone, no predictions (--output)"
    if shape is not None and not shape.names and shape.outputs + shape.inputs == len(names):
        first = tuple(names[: shape.outputs])
        return first, f"{', '.join(first)} is predicted: output columns come first (--output)"
    return None


def _numbered(name: str, count: int) -> tuple[str, ...]:
    return (name,) if count == 1 else tuple(f"{name}_{index}" for index in range(count))


def scalar(value: object) -> str:
    """A scalar, or a mapping of scalars, as YAML 1.2 has it on one line; JSON's texts are valid there."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {scalar(each)}' for name, each in value.items())}}}"
    return json.dumps(value, ensure_ascii=False)
