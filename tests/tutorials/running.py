"""Runs a tutorial's notebook as a reader would, in a folder of its own, and keeps what it printed."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode

from local.patience import PATIENCE_SECONDS
from tools.notebooks import notebook_of, text_of

_BIN = Path(sys.executable).parent


def run(page: Path, folder: Path, data: Path) -> NotebookNode:
    """The notebook of a page, with its outputs.

    Args:
        folder: Where it runs; it has to be empty.
        data: What DRIFTLINE_TUTORIAL_DATA names.

    Raises:
        AssertionError: a cell failed; with its traceback.
    """
    file = folder / f"{page.stem}.ipynb"
    file.write_text(text_of(page), "utf-8")
    environment = {
        **os.environ,
        "DRIFTLINE_TUTORIAL_DATA": str(data),
        "PATH": os.pathsep.join([str(_BIN), os.environ["PATH"]]),
        "IPYTHONDIR": str(folder.parent / "ipython"),
        "OMP_NUM_THREADS": "1",
    }
    # Through sockets of the file system: no port, and nobody else of the machine in between.
    options = ["--inplace", f"--timeout={PATIENCE_SECONDS:.0f}", "--KernelManager.transport=ipc"]
    done = subprocess.run(
        [_BIN / "jupyter-execute", *options, file],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, strip_ansi(done.stderr)
    executed: NotebookNode = nbformat.read(file, as_version=4)
    return executed


def printed(notebook: NotebookNode) -> list[str]:
    """What each cell of code printed."""
    return ["\n".join(line.rstrip() for line in text.strip("\n").splitlines()) for text in _streams(notebook, "stdout")]


def stated(page: Path) -> list[str]:
    """What the page says that each prints."""
    return printed(notebook_of(page))


def complaints(notebook: NotebookNode) -> str:
    """What cells wrote to their standard error: warnings have no place in a tutorial."""
    return "".join(_streams(notebook, "stderr"))


def html(notebook: NotebookNode) -> str:
    """The notebook as nbconvert shows it, without the libraries that it would load from elsewhere for other notebooks."""
    elsewhere = dict.fromkeys(("require_js_url", "mathjax_url", "mermaid_js_url", "jquery_url"), "")
    text, _ = HTMLExporter(**elsewhere).from_notebook_node(notebook)
    return str(text)


def _streams(notebook: NotebookNode, name: str) -> list[str]:
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [strip_ansi("".join(each.text for each in cell.outputs if each.get("name") == name)) for cell in code]
