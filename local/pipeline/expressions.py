"""Expressions and conditions of a pipeline definition, evaluated while it runs.

The forms are those of version 2020-12-01 of the definition's schema; what SageMaker knows besides is refused.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(r"\.?([A-Za-z0-9_:-]+)|\['([^']*)'\]|\[(\d+)\]")
_NAMES = ("OutputName", "InputName", "ChannelName", "Name")
"""Fields by which an element of a list is called."""

_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "Equals": lambda left, right: left == right,
    "GreaterThan": lambda left, right: left > right,
    "GreaterThanOrEqualTo": lambda left, right: left >= right,
    "LessThan": lambda left, right: left < right,
    "LessThanOrEqualTo": lambda left, right: left <= right,
}


class ExpressionError(ValueError):
    """An expression that leads nowhere, or that is not known here."""


@dataclass
class Scope:
    """What expressions can refer to.

    Attributes:
        parameters: Values of this execution, by name.
        execution: PipelineExecutionId and the like.
        steps: Properties of the steps that have run, by name, as their Describe calls name them.
        property_file: Reads a property file, by step and name.
    """

    parameters: Mapping[str, Any]
    execution: Mapping[str, str]
    property_file: Callable[[str, str], bytes]
    steps: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def resolve(self, value: Any) -> Any:
        """The value without expressions.

        Raises:
            ExpressionError: see the class.
        """
        match value:
            case {"Get": str(path)}:
                return self._get(path)
            case {"Std:Join": {"On": str(on), "Values": list(parts)}}:
                return on.join(_text(self.resolve(part)) for part in parts)
            case {"Std:JsonGet": {"PropertyFile": {"Get": str(file)}, "Path": str(path)}}:
                return self._from_file(file, path)
            case dict():
                if unknown := [key for key in value if str(key).startswith("Std:")]:
                    raise ExpressionError(f"{unknown[0]} is not known, or has another form")
                return {key: self.resolve(each) for key, each in value.items()}
            case list():
                return [self.resolve(each) for each in value]
            case _:
                return value

    def holds(self, condition: Mapping[str, Any]) -> bool:
        """Whether a condition of a Condition step is met."""
        kind = condition["Type"]
        if kind in {"And", "Or"}:
            met = [self.holds(each) for each in condition["Conditions"]]
            return all(met) if kind == "And" else any(met)
        if kind == "Not":
            return not self.holds(condition["Expression"])
        if kind == "In":
            return bool(self.resolve(condition["QueryValue"]) in self.resolve(condition["Values"]))
        if kind not in _COMPARED:
            raise ExpressionError(f"a condition {kind} is not known")
        left, right = self.resolve(condition["LeftValue"]), self.resolve(condition["RightValue"])
        try:
            return _COMPARED[kind](left, right)
        except TypeError:
            raise ExpressionError(f"{kind} cannot compare {left!r} with {right!r}") from None

    def _get(self, path: str) -> Any:
        kind, _, rest = path.partition(".")
        if kind == "Parameters":
            if rest not in self.parameters:
                raise ExpressionError(f"the parameter {rest} has no value")
            return self.parameters[rest]
        if kind == "Execution":
            if rest not in self.execution:
                raise ExpressionError(f"{path} is not known")
            return self.execution[rest]
        step, _, rest = rest.partition(".")
        if kind != "Steps" or step not in self.steps:
            raise ExpressionError(f"{path}: this step has not run")
        return walk(self.steps[step], rest, path)

    def _from_file(self, file: str, path: str) -> Any:
        found = re.fullmatch(r"Steps\.([^.]+)\.PropertyFiles\.(.+)", file)
        if not found:
            raise ExpressionError(f"{file} is not a property file")
        return walk(json.loads(self.property_file(found[1], found[2])), path, f"{file}: {path}")


def walk(value: Any, path: str, where: str) -> Any:
    """What the path leads to: `a.b`, `a['name'].b`, `a[0]`.

    Raises:
        ExpressionError: nothing.
    """
    end = 0
    for token in _TOKEN.finditer(path):
        if token.start() != end:
            break
        end = token.end()
        name, quoted, place = token.groups()
        value = _inside(value, quoted if name is None else name, place, where)
    if end != len(path):
        raise ExpressionError(f"{where}: {path!r} is not a path")
    return value


def _inside(value: Any, name: str | None, place: str | None, where: str) -> Any:
    if isinstance(value, Mapping) and name in value:
        return value[name]
    if isinstance(value, Sequence) and not isinstance(value, str):
        if place is not None and int(place) < len(value):
            return value[int(place)]
        for each in value:
            if name is not None and name in (each.get(key) for key in _NAMES):
                return each
    raise ExpressionError(f"{where} leads nowhere: there is no {name or place}")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def parameter_values(definition: Mapping[str, Any], given: Mapping[str, str]) -> Mapping[str, Any]:
    """The parameters of an execution, in the types of the definition.

    Raises:
        ExpressionError: a parameter is unknown or has no value, or the value has another type.
    """
    known = {each["Name"]: each for each in definition.get("Parameters", [])}
    if unknown := set(given) - set(known):
        raise ExpressionError(f"the pipeline has no parameter {', '.join(sorted(unknown))}")
    values = {}
    for name, each in known.items():
        if name not in given and "DefaultValue" not in each:
            raise ExpressionError(f"the parameter {name} has no value and no default")
        try:
            values[name] = _TYPES[each["Type"]](given.get(name, each.get("DefaultValue")))
        except ValueError:
            raise ExpressionError(f"the parameter {name} is {given.get(name)!r}, and not {each['Type']}") from None
    return values


def _truth(value: Any) -> bool:
    text = str(value).lower()
    if text not in {"true", "false"}:
        raise ValueError(value)
    return text == "true"


_TYPES: Mapping[str, Callable[[Any], Any]] = {"String": str, "Integer": int, "Float": float, "Boolean": _truth}
