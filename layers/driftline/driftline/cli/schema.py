"""`driftline schema`: the JSON Schema of monitor documents."""

import typer

from driftline.domain.monitors.schema import schema_text
from driftline.kinds.registry import KINDS


def schema() -> None:
    """Print the JSON Schema of monitor documents, for editors that complete and check YAML.

    Example: driftline schema > monitor.schema.json
    """
    typer.echo(schema_text(KINDS.document), nl=False)
