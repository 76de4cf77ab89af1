"""Writes the notebooks of docs/tutorials from their pages: `make notebooks`.

A page is Jupytext's Markdown: Python and shell blocks become cells, everything else is text. A block of the language
`text` right after a cell is what the cell prints. It becomes the cell's output, so that a notebook can be read before
it has run; the tests run it and compare.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

import jupytext
import nbformat
from nbformat.v4 import new_output

TUTORIALS = Path(__file__).resolve().parent.parent / "docs" / "tutorials"
_FENCE, _END = "```text\n", "\n```"
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def pages() -> list[Path]:
    """The pages that have a notebook."""
    return sorted(TUTORIALS.glob("*.md"))


def notebook_of(page: Path) -> nbformat.NotebookNode:
    """A page as a notebook, with what the page says that it prints; the same page gives the same notebook."""
    made: nbformat.NotebookNode = jupytext.reads(page.read_text("utf-8"), fmt="md")
    made.cells = _with_outputs(made.cells)
    for number, cell in enumerate(made.cells):
        cell["id"] = f"cell-{number}"  # Jupytext draws them
    made.metadata = nbformat.from_dict({"kernelspec": _KERNEL, "language_info": {"name": "python"}})
    nbformat.validate(made)
    return made


def _with_outputs(cells: Iterable[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    kept: list[nbformat.NotebookNode] = []
    for cell in cells:
        if kept and kept[-1].cell_type == "code" and cell.source.startswith(_FENCE):
            shown, _, rest = cell.source.removeprefix(_FENCE).partition(_END)
            kept[-1].outputs = [new_output("stream", name="stdout", text=f"{shown}\n")]
            cell.source = rest.strip("\n")
        if cell.source:
            kept.append(cell)
    return kept


def text_of(page: Path) -> str:
    """The notebook's file."""
    return str(nbformat.writes(notebook_of(page))) + "\n"


def main() -> int:
    for page in pages():
        page.with_suffix(".ipynb").write_text(text_of(page), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
