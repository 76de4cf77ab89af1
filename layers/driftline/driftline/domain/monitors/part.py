"""What all parts of the monitor document have in common."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """Frozen, without unknown fields; docstrings of fields become the JSON Schema's descriptions."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, serialize_by_alias=True)
