"""The monitor document's JSON Schema, for editors."""

import ast
import inspect
import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, override

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from driftline.domain.monitors.document import MonitorDocument

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def monitor_schema(model: type[MonitorDocument]) -> dict[str, Any]:
    """What an editor needs to complete and check a document.

    It has names, types and patterns. Anything more (cron fields, windows, names of columns) only `parse_document`
    checks.
    """
    schema = model.model_json_schema(mode="validation", schema_generator=_Described)
    return {"$schema": DIALECT, **_tidied(schema), "title": "Driftline monitor document"}


def schema_text(model: type[MonitorDocument]) -> str:
    """The file `docs/reference/monitor.schema.json`."""
    return json.dumps(monitor_schema(model), indent=2, ensure_ascii=False) + "\n"


class _Described(GenerateJsonSchema):
    """The docstrings of fields are their descriptions.

    pydantic would take them (`use_attribute_docstrings`) whenever a model is imported: each function would read and
    parse our source at its start, for what only this schema needs.
    """

    @override
    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        described = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        docstrings = {name: text for each in reversed(model.__mro__) for name, text in _docstrings(each)}
        for name, field in model.model_fields.items():
            if name in docstrings:
                described["properties"][field.alias or name]["description"] = docstrings[name]
        return described


def _docstrings(model: type) -> Iterator[tuple[str, str]]:
    """(field, docstring) of those of a class's own fields that have one."""
    if not issubclass(model, BaseModel) or model is BaseModel or "__firstlineno__" not in vars(model):
        return  # the last: it was made by create_model, and has no source
    [class_] = ast.parse(inspect.getsource(model)).body
    assert isinstance(class_, ast.ClassDef)
    for field, text in pairwise(class_.body):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(docstring))):
                yield name, docstring


def _tidied(schema: Any) -> Any:  # a JSON value of any kind
    """Removes pydantic's titles, null defaults, and the line breaks of the source."""
    if isinstance(schema, list):
        return [_tidied(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _tidied(part) for key, part in schema.items() if (key, part) != ("default", None)}
    if isinstance(kept.get("title"), str):
        del kept["title"]
    if isinstance(text := kept.get("description"), str):
        kept["description"] = " ".join(text.split())
    return kept
