"""Which names of the baseline belong to columns that have none of their own.

A column by position (CSV, a plain list) has a place only. Its side gets names from the monitor document, otherwise from
the baseline: the names that no other column carries, in their order, output columns first. But a baseline may be a data
set of features alone, without the endpoint's outputs. Then a name given by place to an output would belong to a
feature, and every feature after it would be another one. So there are several readings:

* **outputs first**: the baseline has the output columns, then the input columns, as SageMaker's captures;
* **inputs only**: the baseline has the input columns. Outputs keep names of their own, and are not in the baseline.
* **inputs last**: the baseline has another number of outputs than the captures, then the input columns.

(A baseline of the outputs alone is read as the first.)

The reading whose number of columns is closer to what was captured holds, outputs first if both are as close. What the
columns look like decides otherwise only if it is clear: one extra column can make the wrong reading fit exactly.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

from driftline.domain.capture.columns import ColumnKey
from driftline.domain.profiles.column import ColumnProfile

CLEARLY = 3
"""Features that have to look more like the baseline under the other reading. One or two may have drifted."""

_EVEN = 0.5

type SideName = Literal["output", "input"]

type Resemblance = Callable[[str, ColumnProfile], float]
"""(name in the baseline, captured column) -> 1 if it looks like it, 0 if it cannot be it, in between if it may be."""


@dataclass(frozen=True, slots=True)
class Side:
    """The columns of one side of the captures.

    Attributes:
        placed: Keys of the columns by position, in their order.
        named: Key -> name of the columns that carry names.
        declared: The document's names of this side.
    """

    name: SideName
    placed: Sequence[ColumnKey]
    named: Mapping[ColumnKey, str]
    declared: Sequence[str] = ()

    @property
    def keys(self) -> set[ColumnKey]:
        return {*self.placed, *self.named}

    @property
    def width(self) -> int:
        return len(self.placed) + len(self.named)

    def known(self, baseline: Mapping[str, int]) -> set[int]:
        """Places in the baseline of the names that this side carries, by itself or by the document."""
        # A name on both sides is `input.<name>` in a baseline made from such captures.
        names = [full if (full := f"{self.name}.{name}") in baseline else name for name in self.named.values()]
        return {baseline[name] for name in (*self.declared, *names) if name in baseline}


@dataclass(frozen=True, slots=True)
class Placement:
    """Names of the baseline for the columns by position of each side.

    Attributes:
        outputs_known: False if the baseline has the inputs only.
    """

    outputs: Sequence[str]
    inputs: Sequence[str]
    outputs_known: bool = True


def place(
    output: Side,
    input_: Side,
    baseline: Sequence[str],
    columns: Mapping[ColumnKey, ColumnProfile],
    resemblance: Resemblance | None,
    optional: Collection[str] = (),
) -> Placement:
    """The names for the columns by position; see above.

    Args:
        columns: Profiles of the captured columns.
        resemblance: None if nothing is known of the baseline but names.
        optional: Names of the baseline that captures may lack: columns that are not evaluated.
    """
    if not baseline:
        return Placement((), ())
    free = _Free.of(output, input_, baseline)
    required = _Free.of(output, input_, [name for name in baseline if name not in optional])
    closer = required if required.misfit < free.misfit else free
    readings = closer.readings(output)
    likely = readings[0]
    if resemblance is None or len(readings) == 1:
        return likely

    def looks(reading: Placement) -> list[float]:
        pairs = [
            *zip(() if output.declared else output.placed, reading.outputs, strict=False),
            *zip(() if input_.declared else input_.placed, reading.inputs, strict=False),
        ]
        return [resemblance(name, columns[key]) if key in columns else _EVEN for key, name in pairs]

    if not input_.placed:
        # Only the outputs are by place: a name whose column is missing in the input must not go to them.
        return readings[1] if likely.outputs and 0 in looks(likely) else likely
    best = likely
    for other in readings[1:]:
        if _clearly_better(looks(other), looks(best)):
            best = other
    return best


def _clearly_better(as_other: Sequence[float], as_best: Sequence[float]) -> bool:
    """Whether more features look like the baseline than drift of a few would explain; or all, instead of none."""
    all_not_none = len(as_best) > 1 and not any(as_best) and min(as_other, default=0) > _EVEN
    return all_not_none or sum(as_other) >= sum(as_best) + CLEARLY


@dataclass(frozen=True, slots=True)
class _Free:
    """The names of the baseline that no column carries.

    Attributes:
        names: All of them.
        outputs: Those that may be outputs: output columns come first, before any name that an input carries.
        inputs: Those that may be inputs, after any name that an output carries.
        unnamed_outputs: Number of output columns that the baseline does not know by name; of inputs likewise.
        outputs_known: Whether the baseline knows an output by name.
    """

    names: list[str]
    outputs: list[str]
    inputs: list[str]
    unnamed_outputs: int
    unnamed_inputs: int
    outputs_known: bool

    @classmethod
    def of(cls, output: Side, input_: Side, baseline: Sequence[str]) -> Self:
        places = {name: index for index, name in enumerate(baseline)}
        of_outputs, of_inputs = output.known(places), input_.known(places)
        if len(of_inputs) == len(baseline):
            of_outputs = set()  # the baseline is that of the inputs, also where an output has the same name
        of_inputs -= of_outputs
        free = [index for index in range(len(baseline)) if index not in of_outputs | of_inputs]
        return cls(
            names=[baseline[index] for index in free],
            outputs=[baseline[index] for index in free if index < min(of_inputs, default=len(baseline))],
            inputs=[baseline[index] for index in free if index > max(of_outputs, default=-1)],
            unnamed_outputs=max(0, output.width - len(of_outputs)),
            unnamed_inputs=max(0, input_.width - len(of_inputs)),
            outputs_known=bool(of_outputs),
        )

    @property
    def misfit(self) -> int:
        """How far the number of names is from that of the columns, with the outputs or without."""
        surplus = len(self.names) - self.unnamed_inputs
        return min(abs(surplus), abs(surplus - self.unnamed_outputs))

    def readings(self, output: Side) -> list[Placement]:
        """The likely one first."""
        inputs_only = Placement((), self.inputs, outputs_known=self.outputs_known or not output.width)
        surplus = len(self.inputs) - self.unnamed_inputs
        # The baseline has another number of outputs: one label for three probabilities, say, or none was captured.
        others = [Placement((), self.inputs[surplus:])] if surplus > 0 and surplus != self.unnamed_outputs else []
        if not output.width and not output.declared:
            return [inputs_only, *others]
        outputs = self.outputs[: self.unnamed_outputs]
        if not outputs:
            return [replace(inputs_only, outputs_known=True) if not self.unnamed_outputs else inputs_only]
        outputs_first = Placement(outputs, [name for name in self.inputs if name not in outputs])
        count, inputs = len(self.names), self.unnamed_inputs
        if 0 < surplus < self.unnamed_outputs:
            return [*others, inputs_only, outputs_first]
        both, outputs_alone = abs(count - inputs - self.unnamed_outputs), abs(count - self.unnamed_outputs)
        if abs(count - inputs) < both and abs(count - inputs) <= outputs_alone:
            return [inputs_only, outputs_first, *others]
        return [outputs_first, inputs_only, *others]
