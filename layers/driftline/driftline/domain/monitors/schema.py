"""The monitor document's JSON Schema, for editors."""

import json
from typing import Any

from driftline.domain.monitors.document import MonitorDocument

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def monitor_schema(model: type[MonitorDocument]) -> dict[str, Any]:
    """What an editor needs to complete and check a document.

    It has names, types and patterns. Anything more (cron fields, windows, names of columns) only `parse_document`
    checks.
    """
    schema = model.model_json_schema(mode="validation")
    return {"$schema": DIALECT, **_tidied(schema), "title": "Driftline monitor document"}


def schema_text(model: type[MonitorDocument]) -> str:
    """The file `docs/reference/monitor.schema.json`."""
    return json.dumps(monitor_schema(model), indent=2, ensure_ascii=False) + "\n"


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
