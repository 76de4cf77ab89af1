"""A monitor document that a person names."""

from pathlib import Path

from driftline.adapters.by_hand.files import read_file
from driftline.domain.documents.parse import decode_document, parse_document
from driftline.domain.monitors.document import MonitorDocument
from driftline.kinds.registry import KINDS


def named_document(path: Path) -> MonitorDocument:
    """Raises InvalidInputError: the file cannot be read, or is not a valid document."""
    where = str(path)
    return parse_document(decode_document(read_file(path), where=where), where=where, model=KINDS.document)
