"""JSON text as SageMaker's container writes it (Jackson's pretty printer, Java's notation of doubles).

Two spaces of indentation, `"key" : value`, arrays opened inline (`[ {`), `[ ]` and `{ }` when empty, no newline at the
end. NaN and the infinities are not JSON numbers; Jackson writes them as the strings "NaN", "Infinity", "-Infinity".
"""

import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
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
    return "".join(_pieces(value, ""))


def _pieces(value: JsonValue, indent: str) -> Iterator[str]:
    """The text in pieces, so that a file of hundreds of megabytes is not joined on each level of nesting."""
    if isinstance(value, Mapping) and value:
        inner = indent + "  "
        before = "{\n"
        for key, each in value.items():
            yield f"{before}{inner}{json.dumps(key, ensure_ascii=False)} : "
            yield from _pieces(each, inner)
            before = ",\n"
        yield f"\n{indent}}}"
    elif isinstance(value, Mapping):
        yield "{ }"
    elif value is None or isinstance(value, str | float | bool | int):
        yield _scalar(value)
    elif not value:
        yield "[ ]"
    elif isinstance(value, array):
        yield "[ " + ", ".join([java_double(each) for each in value]) + " ]"
    else:
        before = "[ "
        for each in value:
            yield before
            yield from _pieces(each, indent)
            before = ", "
        yield " ]"


def _scalar(value: str | float | bool | None) -> str:
    return java_double(float(value)) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)
