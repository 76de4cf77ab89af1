"""Every cell of the tables of docs/design/hostile-inputs.md, and that nothing next to a bad input suffers."""

from collections.abc import Iterator, Mapping
from functools import cache

import pytest

from tests.hostile.entries.baselines import Baselines
from tests.hostile.entries.captures import Captures
from tests.hostile.entries.documents import Documents
from tests.hostile.entries.entry import Entry
from tests.hostile.entries.events import events
from tests.hostile.entries.labels import Labels
from tests.hostile.entries.scripts import Scripts
from tests.hostile.entries.states import States
from tests.hostile.inputs import BODIES, NAMES, TIMES, VALUES
from tests.hostile.table import ENTRIES, FAMILIES, Cell, cells

KINDS: Mapping[str, Mapping[str, object]] = dict(zip(FAMILIES, (BODIES, VALUES, TIMES, NAMES), strict=True))
TABLE = list(cells())


@cache
def entry_points() -> dict[str, Entry]:
    return {
        "capture": Captures(),
        "label": Labels(),
        "baseline": Baselines(),
        "document": Documents(),
        "script": Scripts(),
        "state": States(),
    }


@pytest.fixture(scope="module")
def messages() -> Iterator[Entry]:
    """Starting a function takes longer than all that it is sent here."""
    with pytest.MonkeyPatch.context() as patch, events(patch) as found:
        yield found


@pytest.fixture
def entry(request: pytest.FixtureRequest) -> Entry:
    """That of the cell; AWS is there only where a message needs it."""
    name = request.node.callspec.params["cell"].entry
    found: Entry = request.getfixturevalue("messages") if name == "event" else entry_points()[name]
    return found


@pytest.mark.parametrize("cell", [pytest.param(cell, id=cell.id) for cell in TABLE])
def test_what_the_page_says(cell: Cell, entry: Entry) -> None:
    outcome = getattr(entry, cell.family)(KINDS[cell.family][cell.kind])

    assert outcome.word is cell.word, outcome.said


def test_the_page_has_every_kind_at_every_entry_point() -> None:
    assert {(cell.family, cell.kind, cell.entry) for cell in TABLE} == {
        (family, kind, entry) for family, kinds in KINDS.items() for kind in kinds for entry in ENTRIES
    }
    assert len(TABLE) == len({cell.id for cell in TABLE}) >= 300
