"""The parameters of a retraining: Driftline's, and the document's own with their placeholders filled in."""

import re
from collections.abc import Mapping

from driftline.domain.monitors.retraining import PLACEHOLDERS

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def given_parameters(values: Mapping[str, str], request: str) -> dict[str, str]:
    """Driftline's parameters by name, without those that have no value.

    Args:
        values: By placeholder.
    """
    named = {parameter: values[placeholder] for placeholder, parameter in PLACEHOLDERS.items()}
    return {name: value for name, value in {**named, "RetrainingId": request}.items() if value}


def filled(text: str, values: Mapping[str, str]) -> str:
    """A value of the document with its placeholders filled in; other braces stay as they are."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


def all_parameters(values: Mapping[str, str], request: str, own: Mapping[str, str]) -> dict[str, str]:
    """Driftline's parameters, and the document's own, which win if both have a name."""
    return given_parameters(values, request) | {name: filled(text, values) for name, text in own.items()}
