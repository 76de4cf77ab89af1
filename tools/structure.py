"""Draws how the packages import each other, from the imports themselves: `make structure`.

A box is a package, an arrow says that the one imports the other. Rooms that import each other both ways get a double
arrow.
"""

import sys
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

import grimp

ROOT = "driftline"
LAYERS = ("cli", "reader", "sagemaker", "capture", "adapters", "usecases", "kinds", "presentation", "domain")
"""From the drivers to the rules."""

_HEAD = """# Structure

Made from the imports by `make structure`; a test keeps it current. Contracts in `pyproject.toml` (import-linter) hold
the direction of the arrows between layers.

## Layers

"""

type Edges = AbstractSet[tuple[str, str]]


def document() -> str:
    """The whole page, Markdown with Mermaid diagrams, which GitHub draws."""
    graph = grimp.build_graph(ROOT, cache_dir=None)  # with grimp's cache, edges of changed modules were missing
    parts = [_HEAD, _diagram(_edges(graph, depth=1), LAYERS)]
    for layer in LAYERS:
        rooms = sorted(each.rpartition(".")[2] for each in graph.find_children(f"{ROOT}.{layer}"))
        rooms = [room for room in rooms if graph.find_children(f"{ROOT}.{layer}.{room}")]
        inside = {
            (one.rpartition(".")[2], other.rpartition(".")[2])
            for one, other in _edges(graph, depth=2)
            if one.startswith(f"{layer}.") and other.startswith(f"{layer}.")
        }
        inside = {edge for edge in inside if set(edge) <= set(rooms)}
        if inside:
            parts += [f"\n## Inside {layer}\n\n", _diagram(inside, rooms)]
    return "".join(parts)


def _edges(graph: grimp.ImportGraph, depth: int) -> Edges:
    """Imports between packages of this depth, the root left out of their names."""
    found = set()
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            one, other = _package(importer, depth), _package(imported, depth)
            if one and other and one != other:
                found.add((one, other))
    return found


def _package(module: str, depth: int) -> str:
    return ".".join(module.split(".")[1 : depth + 1])


def _diagram(edges: Edges, boxes: Sequence[str]) -> str:
    return "".join(["```mermaid\ngraph TD\n", *_lines(edges, boxes), "```\n"])


def _lines(edges: Edges, boxes: Sequence[str]) -> Iterator[str]:
    for box in boxes:
        yield f"  {box}\n"
    for one, other in sorted(edges):
        if one not in boxes or other not in boxes:
            continue
        if (other, one) not in edges:
            yield f"  {one} --> {other}\n"
        elif one < other:
            yield f"  {one} <--> {other}\n"


if __name__ == "__main__":
    sys.stdout.write(document())
