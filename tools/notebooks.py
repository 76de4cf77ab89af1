"""Writes the notebooks of docs/tutorials from their pages: `make notebooks`.

A page is Jupytext's Markdown: Python and shell blocks become cells, everything else is text. A block of the language
`text` right after a cell is what the cell prints; the tests run the notebook and compare.
"""

import sys
from pathlib import Path

import jupytext
import nbformat

TUTORIALS = Path(__file__).resolve().parent.parent / "docs" / "tutorials"
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def pages() -> list[Path]:
    """The pages that have a notebook."""
    return sorted(TUTORIALS.glob("*.md"))


def notebook_of(page: Path) -> nbformat.NotebookNode:
    """A page as a notebook without outputs; the same page gives the same notebook."""
    made: nbformat.NotebookNode = jupytext.reads(page.read_text("utf-8"), fmt="md")
    for number, cell in enumerate(made.cells):
        cell["id"] = f"cell-{number}"  # Jupytext draws them
    made.metadata = nbformat.from_dict({"kernelspec": _KERNEL, "language_info": {"name": "python"}})
    nbformat.validate(made)
    return made


def text_of(page: Path) -> str:
    """The notebook's file."""
    return str(nbformat.writes(notebook_of(page))) + "\n"


def main() -> int:
    for page in pages():
        page.with_suffix(".ipynb").write_text(text_of(page), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
