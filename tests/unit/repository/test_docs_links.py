"""Every link between the pages leads somewhere, and every page can be found from the map."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.places import REPOSITORY

DOCS = REPOSITORY / "docs"
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
_MENTION = re.compile(r"docs/[\w./-]*\w\.(?:md|json)")
_TEXTS = {".py", ".jinja", ".js", ".yaml", ".yml", ".toml", ".json", ".md"}


def texts() -> Iterator[Path]:
    """Every file that people write, without what commands leave behind (`.venv`, `.cache`, `demo-output` …)."""
    for entry in sorted(REPOSITORY.iterdir()):
        if entry.name.startswith(".") or entry.name == "demo-output":
            continue
        for path in [entry] if entry.is_file() else sorted(entry.rglob("*")):
            if path.suffix in _TEXTS and "node_modules" not in path.parts:
                yield path


PAGES = [path for path in texts() if path.suffix == ".md"]


def prose(path: Path) -> str:
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def links(path: Path) -> list[str]:
    return _LINK.findall(_CODE.sub("", prose(path)))


@cache
def anchors(path: Path) -> set[str]:
    """The fragments that GitHub gives the headings of a page."""
    found: set[str] = set()
    for heading in _HEADING.findall(prose(path)):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
        taken = sum(1 for one in found if one == slug or re.fullmatch(rf"{re.escape(slug)}-\d+", one))
        found.add(f"{slug}-{taken}" if taken else slug)
    return found


def broken(path: Path, link: str) -> str | None:
    if re.match(r"[a-z]+:", link):
        return None
    name, _, fragment = link.partition("#")
    target = (path.parent / name).resolve() if name else path
    if not target.exists():
        return f"{link}: no such file"
    if fragment and fragment not in anchors(target):
        return f"{link}: no such heading; there are {sorted(anchors(target))}"
    return None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_link_leads_somewhere(page: Path) -> None:
    assert [wrong for link in links(page) if (wrong := broken(page, link))] == []


def test_every_page_of_the_documentation_is_on_its_map() -> None:
    on_the_map = {(DOCS / link.partition("#")[0]).resolve() for link in links(DOCS / "README.md")}
    pages = {path for path in PAGES if path.is_relative_to(DOCS)} - {DOCS / "README.md"}
    assert pages - on_the_map == set()


def test_every_page_that_code_and_texts_name_exists() -> None:
    missing = {
        f"{path.relative_to(REPOSITORY)}: {name}"
        for path in texts()
        for name in _MENTION.findall(path.read_text())
        if not (REPOSITORY / name).exists()
    }
    assert missing == set()


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One `two`, three\n\n## Same\n\n## Same\n\n```\n# no heading\n```\n")
    good = ["#one-two-three", "#same", "#same-1", "page.md", "page.md#same", "https://example.com/x"]
    assert [link for link in good if broken(page, link)] == []
    bad = ["#no-heading", "#same-2", "other.md", "page.md#elsewhere"]
    assert [link for link in bad if broken(page, link)] == bad
