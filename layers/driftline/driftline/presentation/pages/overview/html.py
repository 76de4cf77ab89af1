"""The overview pages and those of failed executions as documents, made as that of a verdict is (`..execution.html`)."""

from functools import cache
from importlib.resources import files

from driftline.presentation.pages.execution.html import (
    SCRIPTS,
    Parts,
    embedded,
    page_parts,
    scriptless_parts,
    templates,
)
from driftline.presentation.pages.overview.view_endpoint import EndpointView
from driftline.presentation.pages.overview.view_failed import FailedView
from driftline.presentation.pages.overview.view_index import IndexView

_PACKAGE = "driftline.presentation.pages.overview"
_SHARED = "driftline.presentation.pages.execution"


def render_endpoint(view: EndpointView) -> bytes:
    """The document, UTF-8. The same view gives the same bytes."""
    return _render("endpoint.html.jinja", view, _parts("axis", "due", "past", "heat", "endpoint"))


def render_index(view: IndexView) -> bytes:
    """The document, UTF-8. The same view gives the same bytes."""
    return _render("index.html.jinja", view, _parts("due", "index"))


def render_failed(view: FailedView) -> bytes:
    """The document of an execution without a verdict, UTF-8. The same view gives the same bytes."""
    parts = scriptless_parts(_style())
    page = templates(_PACKAGE).get_template("failed.html.jinja")
    return page.render(view=view, style=parts.style, policy=parts.policy).encode("utf-8", errors="replace")


def _render(template: str, view: EndpointView | IndexView, parts: Parts) -> bytes:
    page = templates(_PACKAGE).get_template(template)
    text = page.render(view=view, style=parts.style, script=parts.script, policy=parts.policy, data=embedded(view.data))
    return text.encode("utf-8", errors="replace")


@cache
def _parts(*scripts: str) -> Parts:
    shared, ours = files(_SHARED) / "assets", files(_PACKAGE) / "assets"
    texts = [(shared / f"{name}.js").read_text("utf-8") for name in SCRIPTS]
    texts += [(ours / f"{name}.js").read_text("utf-8") for name in (*scripts, "start")]
    return page_parts(tuple(texts), _style())


def _style() -> str:
    shared, ours = files(_SHARED) / "assets", files(_PACKAGE) / "assets"
    return (shared / "report.css").read_text("utf-8") + (ours / "overview.css").read_text("utf-8")
