"""The page of all endpoints, made of their lines.

A line is written with each execution of its endpoint (`render_overview`), and has its own key: one listing has the tags
of all. What was read is kept with its tag, so only lines that changed are read again. After writing the page, the lines
are listed once more, and the page is made again if one changed meanwhile: so the page that is written last has seen
every line, also where two processes make it at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.json_reading import JsonDecoder
from driftline.domain.keys import INDEX_LINES, INDEX_READ, OVERVIEW, REPORTS, index_line_key, overview_now_key
from driftline.kinds.kind import Kinds
from driftline.presentation.pages.overview.html import render_index
from driftline.presentation.pages.overview.now import Now, parse_now
from driftline.presentation.pages.overview.view_index import index_view
from driftline.usecases.pages.index_sources import listed, open_watches
from driftline.usecases.pages.render_overview import INDEX, line_of
from driftline.usecases.pages.unchanged import HTML, JSON, put_if_changed
from driftline.usecases.ports import ObjectStore, ObjectSummary
from driftline.usecases.side_by_side import side_by_side

_LOOKS = 3
"""Maximum number of times that the page is made because of new lines, each of which requests the page, too."""

_VERSION = 1


@dataclass(frozen=True, slots=True)
class RenderedIndex:
    """Attributes: endpoints: on the page; read: lines that were read; written: whether the page is another one."""

    key: str
    endpoints: int
    read: int
    written: bool


class _Line(msgspec.Struct, frozen=True, array_like=True):
    """Attributes: key, etag: of the object that says so; text: the line, in the form of this release."""

    key: str
    etag: str
    text: str


class _Read(msgspec.Struct, frozen=True):
    """The lines that the page was last made of, by endpoint."""

    lines: Mapping[str, _Line] = {}
    version: int = _VERSION


_READ = JsonDecoder(_Read)


def render_index_page(store: ObjectStore, *, kinds: Kinds) -> RenderedIndex:
    """Writes the page of all endpoints, unless it is there already."""
    known, count, written = _load(store), 0, False
    lines: Mapping[str, Now] = {}
    for _ in range(_LOOKS):
        there = list(store.list(INDEX_LINES))
        kept, read = _lines(store, there, known, kinds=kinds)
        lines = {endpoint: now for endpoint, line in kept.items() if (now := _parsed(line)) is not None}
        page = render_index(index_view(listed(store, lines.values()), open_watches(store)))
        written |= put_if_changed(store, f"{REPORTS}{INDEX}", page, content_type=HTML)
        if kept != known:
            store.put(INDEX_READ, msgspec.json.encode(_Read(kept)), content_type=JSON)
        known, count = kept, count + read
        if list(store.list(INDEX_LINES)) == there:
            break
    return RenderedIndex(f"{REPORTS}{INDEX}", len(lines), count, written)


def _load(store: ObjectStore) -> Mapping[str, _Line]:
    found = store.find(INDEX_READ)
    try:
        read = _READ.decode(found.body) if found else _Read()
    except msgspec.DecodeError:
        return {}  # damaged: it is written again
    return read.lines if read.version == _VERSION else {}


def _lines(
    store: ObjectStore, there: Sequence[ObjectSummary], known: Mapping[str, _Line], *, kinds: Kinds
) -> tuple[dict[str, _Line], int]:
    """The lines by endpoint, in order, and how many of them were read."""
    tags = {each.key: each.etag for each in there}
    endpoints = store.folders(OVERVIEW)

    def of(endpoint: str) -> tuple[_Line | None, bool]:
        key, before = index_line_key(endpoint), known.get(endpoint)
        if before is not None and before.key == key and before.etag == tags.get(key) and _parsed(before):
            return before, False
        return _read(store, endpoint, before, kinds=kinds), True

    found = dict(zip(endpoints, side_by_side(of, endpoints), strict=True))
    lines = {endpoint: line for endpoint, (line, _) in found.items() if line is not None}
    return lines, sum(read for _, read in found.values())


def _read(store: ObjectStore, endpoint: str, before: _Line | None, *, kinds: Kinds) -> _Line | None:
    """Where only an earlier release has written a line, it is that one, until the next execution.

    A line of another version is made from the records, so that an update hides no endpoint until it runs next. It is
    kept here and not written: the rendering of another execution may be writing a newer one.
    """
    for key in (index_line_key(endpoint), overview_now_key(endpoint)):
        found = store.find(key)
        if found is None:
            continue
        line = _Line(key, found.etag, found.body.decode("utf-8", "replace"))
        if _parsed(line):
            return line
        if before is not None and (before.key, before.etag) == (key, found.etag) and _parsed(before):
            return before
        now = line_of(store, endpoint, kinds=kinds)
        return _Line(key, found.etag, now.to_json().decode()) if now else None
    return None


def _parsed(line: _Line) -> Now | None:
    try:
        return parse_now(line.text.encode(), line.key)
    except InvalidInputError:
        return None
