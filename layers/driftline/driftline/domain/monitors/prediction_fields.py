"""Field types of documents that say where predictions, probabilities and labels are."""

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from driftline.domain.monitors.fields import checked, refuse
from driftline.domain.spelling import did_you_mean

_PLAIN = re.compile(r"[\w-]+")
"""An index or a name, not an expression."""


def _index_as_text(value: object) -> object:
    """YAML reads a bare 0 as a number; SageMaker writes indices as text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def plain_attribute(text: str) -> str:
    """The attribute without the root of a JSON path, `$.prediction` or `$[0]`, as SageMaker's SDK writes it."""
    root, rest = text[:1], text[1:]
    return rest.removeprefix(".") or text if root == "$" and rest[:1] in {".", "["} else text


def _readable_attribute(text: str) -> str:
    # The light half imports nothing but the standard library and pydantic; only documents with attributes need more.
    from driftline.domain.capture.attribute import check_expression  # noqa: PLC0415, see above

    checked(check_expression, text)
    return text


def _label_as_text(value: object) -> object:
    """YAML reads a bare 1 or true as a number or a boolean; labels are compared as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _no_boolean(value: object) -> object:
    """pydantic would read true as 1."""
    if isinstance(value, bool):
        raise refuse(str(value).lower(), "a number from 0 to 1")
    return value


_AttributeText = Annotated[str, Field(min_length=1, max_length=256)]
_LabelText = Annotated[str, Field(min_length=1, max_length=255)]
_UnitInterval = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]

Attribute = Annotated[
    _AttributeText,
    AfterValidator(plain_attribute),
    AfterValidator(_readable_attribute),
    BeforeValidator(_index_as_text, json_schema_input_type=_AttributeText | int),
]
"""An index, a name, or a JMESPath expression. A JSON path's leading `$.` is left out."""

Label = Annotated[_LabelText, BeforeValidator(_label_as_text, json_schema_input_type=_LabelText | float | bool)]
Probability = Annotated[_UnitInterval, BeforeValidator(_no_boolean, json_schema_input_type=_UnitInterval)]
Tolerance = Probability


def attribute_doubt(setting: str, attribute: str, outputs: Sequence[str]) -> str:
    """Why an attribute may be misspelled; empty if the names resolve it, or only an answer can, as an expression."""
    if attribute in outputs or not _PLAIN.fullmatch(attribute):
        return ""
    if attribute.isdecimal():
        inside = int(attribute) < len(outputs)
        return "" if inside else f"{setting} is {attribute}, and columns.output names columns 0 to {len(outputs) - 1}"
    hint = did_you_mean(attribute, outputs)
    return (
        f"{setting} is {attribute}, which columns.output does not name ({', '.join(outputs)}): it is found only in "
        f"JSON answers that have it{hint and f'. {hint}'}"
    )
