"""`comparison`, one switch for every kind of monitor: Driftline's rules, or exactly SageMaker's."""

from typing import Annotated, Literal

from pydantic import BeforeValidator

Compared = Literal["driftline", "sagemaker"]

_OLDER = {"corrected": "driftline"}


def current_name(value: object) -> object:
    """Documents and files of earlier versions write `corrected` for `driftline`."""
    return _OLDER.get(value, value) if isinstance(value, str) else value


ComparisonField = Annotated[
    Compared, BeforeValidator(current_name, json_schema_input_type=Literal["driftline", "sagemaker", "corrected"])
]
"""A field of a document or a file."""
