"""Times that come in from outside: read as UTC, and refused out of bounds, whatever their offset."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.executions.place import parse_place
from driftline.domain.ground_truth.keys import parse_ground_truth_key
from driftline.domain.instants import EARLIEST, END, Instant, format_instant, parse_instant
from driftline.domain.keys import parse_capture_key
from driftline.domain.windows import LONGEST_BY_HAND, window_by_hand

OUTSIDE = [
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00+14:00",
    "0001-01-01T00:00-14:00",
    "1899-12-31T23:59:59Z",
    "2200-01-01T00:00:00Z",
    "2199-12-31T23:00:00-02:00",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59-14:00",
    "9999-12-31T23:59+14:00",
]
FOLDERS = ["0001/01/01/00", "1899/12/31/23", "2200/01/01/00", "9999/12/31/23", "2026/13/01/00", "2026/02/30/00"]


@pytest.mark.parametrize("text", OUTSIDE)
def test_times_out_of_bounds_are_refused_as_text_and_in_models(text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"out of bounds.*from 1900 to 2199"):
        parse_instant(text)
    with pytest.raises(ValidationError, match="out of bounds"):
        TypeAdapter(Instant).validate_python(text)
    with pytest.raises(ValidationError, match="out of bounds"):
        ExecutionRequest.model_validate({"endpoint": "e", "monitor": "m", "scheduled_time": text})


@pytest.mark.parametrize("text", ["", "soon", "2026-03-01T25:00Z", "2026-02-30", "٢٠٢٦", "2026-03-01T14:00+99:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="is not a time"):
        parse_instant(text)


@given(
    moment=st.datetimes(EARLIEST.replace(tzinfo=None), END.replace(tzinfo=None) - timedelta(microseconds=1)),
    offset=st.integers(-14 * 60, 14 * 60),
)
def test_every_time_within_bounds_is_read_whatever_its_offset(moment: datetime, offset: int) -> None:
    expected = moment.replace(tzinfo=UTC)
    sign, minutes = "-" if offset < 0 else "+", abs(offset)
    local = (moment + timedelta(minutes=offset)).isoformat()
    assert parse_instant(f"{local}{sign}{minutes // 60:02}:{minutes % 60:02}") == expected
    assert parse_instant(format_instant(expected)) == expected


@given(st.text(max_size=40) | st.datetimes().map(str))
def test_any_other_text_gets_the_usual_error(text: str) -> None:
    try:
        found = parse_instant(text)
    except InvalidInputError:
        return
    assert EARLIEST <= found < END
    assert found.tzinfo is UTC


@pytest.mark.parametrize("folders", FOLDERS)
def test_keys_with_folders_out_of_bounds_are_refused_with_their_names(folders: str) -> None:
    for parse, key in (
        (parse_capture_key, f"capture/e/v/{folders}/a.jsonl"),
        (parse_ground_truth_key, f"ground-truth/e/{folders}/a.jsonl"),
        (parse_place, f"reports/e/m/{folders}/"),
    ):
        with pytest.raises(InvalidInputError, match="folders") as refused:
            parse(key)
        assert refused.value.where == key


def test_a_window_by_hand_may_be_three_years_long_and_the_error_says_where_to_cut() -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    assert window_by_hand(start, start + LONGEST_BY_HAND).end == datetime(2029, 3, 1, tzinfo=UTC)
    with pytest.raises(InvalidInputError, match="1,096 days") as refused:
        window_by_hand(start, datetime(2226, 3, 1, tzinfo=UTC))
    assert refused.value.mend == "Cut it: the first part may end at 2029-03-01T00:00:00Z, where the next one starts."
