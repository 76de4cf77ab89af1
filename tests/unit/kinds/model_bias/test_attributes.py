"""A facet that is not sent to the model: a small table by inferenceId says it, at any time."""

from collections.abc import Mapping

from driftline.domain.keys import hour_folder
from driftline.kinds.registry import KINDS
from driftline.usecases.arrivals.take_arrivals import take_attributes
from tests.fakes import RecordingReruns
from tests.loans import ENDPOINT, HOUR, SCHEDULED, Loans, metric, people
from tests.tables import TABLES


def tell(loans: Loans, sexes: Mapping[int, str], name: str = "a.csv") -> RecordingReruns:
    """Uploads the sex of the rows with these numbers."""
    key = f"attributes/{ENDPOINT}/{hour_folder(HOUR)}{name}"
    rows = [f"{HOUR:%d%H}-{number},{sex}" for number, sex in sexes.items()]
    loans.store.put(key, "\n".join(["inference_id,sex", *rows, ""]).encode())
    reruns = RecordingReruns()
    take_attributes(key, store=loans.store, tables=TABLES, reruns=reruns, arrived=SCHEDULED, kinds=KINDS)
    return reruns


def test_attributes_that_come_late_open_the_window_again() -> None:
    # Given people whose sex was not captured, and a window that was evaluated
    rows = people(1000, 2, women_approved=0.25)
    loans = Loans(columns=("age",))
    loans.baseline(people(2000, 1))
    loans.observe(rows)
    early = loans.run()
    # When the sex of all but 100 of them is told
    reruns = tell(loans, {number: person.sex for number, person in enumerate(rows) if number >= 100})
    late = loans.run()
    # Then the window is evaluated again, with the coverage that the facet has
    assert any("sex is in no captured column" in note for note in early.notes)
    assert metric(early, "DPPL").value is None
    assert [request.scheduled_time for request in reruns.asked] == [SCHEDULED]
    covered = {each.value: each.rows for each in late.body.facets[0].coverage}
    assert sum(rows for value, rows in covered.items() if value in {"Female", "Male"}) == 900
    assert metric(late, "DPPL").violated
    # And the same as if it had been captured
    captured = Loans()
    captured.baseline(people(2000, 1))
    captured.observe(rows)
    tell(loans, {number: person.sex for number, person in enumerate(rows)})
    assert metric(loans.run(), "DPPL").value == metric(captured.run(), "DPPL").value


def test_a_file_that_cannot_be_read_is_named_and_costs_only_itself() -> None:
    rows = people(600, 2)
    loans = Loans(columns=("age",))
    loans.baseline(people(2000, 1))
    loans.observe(rows)
    folder = f"attributes/{ENDPOINT}/{hour_folder(HOUR)}"
    loans.store.put(f"{folder}0.csv", b"who,sex\na,Female\n")
    tell(loans, {number: person.sex for number, person in enumerate(rows)})

    for summary in (loans.run(), loans.run()):
        assert metric(summary, "DPPL").value is not None
        [note] = [note for note in summary.notes if "0.csv" in note]
        assert note.startswith(f"{folder}0.csv: columns who, sex. Expected: a column inference_id")
