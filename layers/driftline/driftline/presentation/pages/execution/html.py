"""From a page's view to its bytes: one HTML document that loads nothing and runs nothing but its own script.

The Content-Security-Policy names the script and the style sheet by their hashes. Data goes into the document as escaped
text, or as JSON that the script reads and shows through `textContent` only.
"""

import json
import re
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import NamedTuple, override

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup

from driftline.presentation.pages.execution.chart_data import Json
from driftline.presentation.pages.execution.view import PageView

_PACKAGE = "driftline.presentation.pages.execution"
SCRIPTS = ("dom", "time", "theme", "charts", "contributions", "lazy", "figures", "sorting")
"""Of all pages with charts."""

_ESCAPES = {ord(each): f"\\u{ord(each):04x}" for each in "<>&\u2028\u2029"}


class Parts(NamedTuple):
    """What is the same in every page of a kind."""

    style: Markup
    script: Markup
    policy: str


def render(view: PageView) -> bytes:
    """The document, UTF-8. The same view gives the same bytes."""
    parts = _parts()
    template = templates(_PACKAGE).get_template("report.html.jinja")
    page = template.render(
        view=view, style=parts.style, script=parts.script, policy=parts.policy, data=embedded(view.data)
    )
    return page.encode("utf-8", errors="replace")


def embedded(data: Json) -> Markup:
    """JSON inside a script element: no character in it can end the element or begin a comment."""
    text = json.dumps(data, allow_nan=False, separators=(",", ":"), ensure_ascii=True)
    return Markup(text.translate(_ESCAPES))  # noqa: S704 - no <, > or & is left in it


@cache
def _parts() -> Parts:
    resources = files(_PACKAGE) / "assets"
    scripts = tuple((resources / f"{name}.js").read_text("utf-8") for name in (*SCRIPTS, "opening", "main"))
    return page_parts(scripts, (resources / "report.css").read_text("utf-8"))


def page_parts(scripts: Sequence[str], style: str) -> Parts:
    """The charting library and our scripts as one, with the policy that lets nothing run but this.

    The library is shipped as its publisher made it, but for the link to its source map.
    """
    library = (files("driftline.presentation.pages") / "chartjs" / "chart.umd.min.js").read_text("utf-8")
    ours = "\n".join(scripts)
    script = f'{library.partition("//# sourceMappingURL=")[0]}\n"use strict";\n(() => {{\n{ours}}})();\n'
    policy = (
        "default-src 'none'; "
        f"script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )
    return Parts(Markup(style), Markup(script), policy)  # noqa: S704 - shipped with the package


def scriptless_parts(style: str) -> Parts:
    """Of a page that needs no script, with the policy that lets none run."""
    policy = f"default-src 'none'; style-src '{_hash(style)}'; base-uri 'none'; form-action 'none'"
    return Parts(Markup(style), Markup(), policy)  # noqa: S704 - shipped with the package


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


class _Unindented(Extension):
    """Indentation is for those who read a template: repeated for 500 features it would be a good part of their page."""

    @override
    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return _INDENTATION.sub("", source)


_INDENTATION = re.compile("^ +", re.MULTILINE)


@cache
def templates(package: str) -> Environment:
    """The templates of a package, with autoescaping."""
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=[_Unindented],
    )
