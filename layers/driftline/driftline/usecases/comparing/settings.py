"""How two data sets are compared, where no monitor document says it: a document of the settings that were named."""

import json
from collections.abc import Mapping, Sequence

from driftline.domain.documents.parse import parse_document
from driftline.domain.monitors.document import MonitorDocument
from driftline.kinds.kind import Kinds

_NAME = "comparison"


def document_of(
    kinds: Kinds, monitor: str, settings: Mapping[str, object], columns: Mapping[str, Sequence[str]], where: str
) -> MonitorDocument:
    """The document.

    Args:
        settings: Fields of the monitor.
        columns: Lists of `columns`: `categorical`, `exclude` …
        where: What named them, for errors.

    Raises:
        InvalidDocumentError: with every field that is wrong.
    """
    named = {name: list(names) for name, names in columns.items() if names}
    document = {"endpoint": _NAME, "monitors": {monitor: dict(settings)}} | ({"columns": named} if named else {})
    return parse_document(json.dumps(document, indent=1, default=str), where=where, model=kinds.document)
