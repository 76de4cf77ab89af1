"""The overview pages as documents, in the same way as the page of an execution (domain/reports/html.py)."""

from functools import cache
from importlib.resources import files

from driftline.domain.overview.view_endpoint import EndpointView
from driftline.domain.overview.view_index import IndexView
from driftline.domain.reports.html import Parts, embedded, page_parts, templates

_PACKAGE = "driftline.domain.overview"
_SHARED = "driftline.domain.reports"
_SHARED_SCRIPTS = ("dom", "theme", "charts", "lazy")


def render_endpoint(view: EndpointView) -> bytes:
    """The document, UTF-8. The same view gives the same bytes."""
    return _render("endpoint.html.jinja", view, _parts("sorting", "past", "heat", "endpoint"))


def render_index(view: IndexView) -> bytes:
    """The document, UTF-8. The same view gives the same bytes."""
    return _render("index.html.jinja", view, _parts("sorting", "index"))


def _render(template: str, view: EndpointView | IndexView, parts: Parts) -> bytes:
    page = templates(_PACKAGE).get_template(template)
    text = page.render(view=view, style=parts.style, script=parts.script, policy=parts.policy, data=embedded(view.data))
    return text.encode("utf-8", errors="replace")


@cache
def _parts(*scripts: str) -> Parts:
    shared, ours = files(_SHARED) / "page", files(_PACKAGE) / "page"
    texts = [(shared / f"{name}.js").read_text("utf-8") for name in _SHARED_SCRIPTS]
    texts += [(ours / f"{name}.js").read_text("utf-8") for name in (*scripts, "start")]
    style = (shared / "report.css").read_text("utf-8") + (ours / "overview.css").read_text("utf-8")
    return page_parts(tuple(texts), style)
