"""Prints the columns of docs/reference/tables.md: `.venv/bin/python -m tools.result_tables`."""

from collections.abc import Iterator

from driftline.domain.executions.result_tables import PARTITIONS, RESULT_TABLES


def columns() -> str:
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield "Every table, from the key:\n"
    yield "| column | type | content |\n|---|---|---|"
    yield from (f"| `{name}` | `string` | {description} |" for name, description in PARTITIONS.items())
    for table in RESULT_TABLES.values():
        yield f"\n### {table.name}\n\nOne row is {table.rows}.\n"
        yield "| column | type | content |\n|---|---|---|"
        yield from (f"| `{each.name}` | `{each.type}` | {each.description} |" for each in table.columns)


if __name__ == "__main__":
    print(columns())
