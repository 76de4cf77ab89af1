"""Several reports on one page."""

from dataclasses import replace

from driftline.presentation.joined import joined
from driftline.presentation.pages.execution.html import render
from driftline.presentation.pages.execution.view import page_view
from driftline.presentation.report import Report, Section
from driftline.presentation.tables import Column, Holds, Row, Table
from tests.toy_report import toy_report


def named(report: Report, kind: str, cell: str) -> Report:
    """A report of another kind, with a section of the same name as every other has."""
    columns = (Column(name="a", title="A", holds=Holds.TEXT),)
    table = Table(name="same", title=f"Table of {kind}", columns=columns, rows=(Row(cells=(cell,)),), noun="thing")
    section = Section(name="same", title=f"Section of {kind}", parts=(table,))
    return replace(report, kind=kind, headline=f"Said by {kind}.", notes=("Both say this.",), sections=(section,))


def test_one_alone_stays_as_it_is() -> None:
    report = toy_report()
    assert joined([report]) is report


def test_every_section_is_on_the_page_under_a_name_of_its_own() -> None:
    whole = joined([named(toy_report(), "first", "one"), named(toy_report(), "second", "two")])
    assert [each.name for each in whole.sections] == ["same", "second-same"]
    tables = [table.name for table in whole.tables]
    assert len(set(tables)) == len(tables) == 2
    page = render(page_view(whole)).decode()
    assert page.count('id="same"') == 1
    assert page.count('id="second-same"') == 1
    assert all(text in page for text in ("Table of first", "Table of second", ">one<", ">two<"))


def test_what_both_say_is_said_once() -> None:
    whole = joined([named(toy_report(), "first", "one"), named(toy_report(), "second", "two")])
    assert whole.notes == ("Both say this.",)
    assert whole.headline == "Said by first. Said by second."
