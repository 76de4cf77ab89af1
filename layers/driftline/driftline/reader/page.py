"""A page of HTML that a notebook shows, or that goes into a file."""

from dataclasses import dataclass
from html import escape
from os import PathLike
from pathlib import Path

_STYLE = "width: 100%; border: 1px solid #8888; border-radius: 4px; resize: vertical; overflow: auto"


@dataclass(frozen=True, slots=True)
class Page:
    """A whole document that loads nothing.

    In a notebook it is shown in a frame of its own, where its Content-Security-Policy holds and from which it cannot
    reach the notebook: the frame may run the page's own script and nothing else.

    Attributes:
        height: Of the frame, in pixels; it can be dragged.
    """

    html: str
    title: str
    height: int = 800

    def save_html(self, path: "str | PathLike[str]") -> Path:
        """Writes the page to a file that any browser opens; returns its path."""
        file = Path(path)
        file.write_text(self.html, encoding="utf-8")
        return file

    def _repr_html_(self) -> str:
        return (
            f'<iframe title="{escape(self.title)}" sandbox="allow-scripts" referrerpolicy="no-referrer" '
            f'style="{_STYLE}; height: {self.height}px" srcdoc="{escape(self.html)}"></iframe>'
        )
