"""JSON text as SageMaker's container writes it (Jackson's pretty printer, Java's notation of doubles).

Two spaces of indentation, `"key" : value`, arrays opened inline (`[ {`), `[ ]` and `{ }` when empty, no newline at the
end. NaN and the infinities are not JSON numbers; Jackson writes them as the strings "NaN", "Infinity", "-Infinity".
"""

import json
from collections.abc import Mapping, Sequence
from math import isinf, isnan

type JsonValue = str | int | float | bool | Sequence[JsonValue] | Mapping[str, JsonValue] | None

_DECIMAL_FROM = 1e-3
_DECIMAL_BELOW = 1e7


def java_double(value: float) -> str:
    """Java's Double.toString with the shortest digits that read back as the same number (JDK 19 and later).

    Decimal for 0.001 <= |value| < 10,000,000, otherwise a mantissa with a point and an exponent: `1.0E10`, `2.5E-4`.
    """
    if isnan(value):
        return '"NaN"'
    if isinf(value):
        return '"Infinity"' if value > 0 else '"-Infinity"'
    if value == 0.0 or _DECIMAL_FROM <= abs(value) < _DECIMAL_BELOW:
        return repr(value)
    mantissa, _, exponent = repr(value).partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.removeprefix("-").partition(".")
    digits = whole + fraction
    leading = len(digits) - len(digits.lstrip("0"))
    power = int(exponent or 0) + len(whole) - 1 - leading
    significant = digits.strip("0")
    return f"{sign}{significant[0]}.{significant[1:] or '0'}E{power}"


def dumps(value: JsonValue) -> str:
    """The text of a JSON value. Integers stay integers, floats always have a point or an exponent."""
    return _text(value, "")


def _text(value: JsonValue, indent: str) -> str:
    if isinstance(value, float):
        return java_double(float(value))
    if value is None or isinstance(value, str | bool | int):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        if not value:
            return "{ }"
        inner = indent + "  "
        pairs = (f"{inner}{json.dumps(key, ensure_ascii=False)} : {_text(each, inner)}" for key, each in value.items())
        return "{\n" + ",\n".join(pairs) + f"\n{indent}}}"
    if not value:
        return "[ ]"
    return "[ " + ", ".join([_text(each, indent) for each in value]) + " ]"
