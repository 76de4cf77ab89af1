"""The drawing of the structure is that of the code."""

from tests.places import REPOSITORY
from tools.structure import document


def test_the_drawing_is_current() -> None:
    page = (REPOSITORY / "docs" / "design" / "structure.md").read_text()
    assert page == document(), "run: make structure"


def test_rooms_of_the_use_cases_do_not_import_each_other_both_ways() -> None:
    (rooms,) = [part for part in document().split("\n## ") if part.startswith("Inside usecases")]
    assert "<-->" not in rooms
