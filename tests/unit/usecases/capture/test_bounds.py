"""Hostile and very wide capture files: what they take at most, and that they cost themselves alone."""

import gzip
import json
from pathlib import Path

import pytest

from driftline.domain.capture.bounds import LONGEST_ROW
from driftline.domain.capture.columns import MOST_COLUMNS
from driftline.domain.capture.records import LONGEST_LINE
from driftline.domain.errors import InvalidInputError
from driftline.usecases.capture.profile_capture import NothingReadError
from tests.bounded import bounded
from tests.captures import profile_file
from tests.effort import calls
from tests.fakes import InMemoryStore
from tests.unit.usecases.capture.test_profile_capture import KEY, profiled, record, rejects, rows

_PROFILED = """
from pathlib import Path
from random import Random
from driftline.adapters.folder.store import FolderStore
from tests.captures import profile_file
from tests.unit.usecases.capture.test_profile_capture import KEY
import json

numbers = [f"{{Random(1).gauss(at, 1):.4f}}" for at in range(100_003)]
path = Path(KEY)
path.parent.mkdir(parents=True)
with path.open("w") as file:
    for row in range({rows}):
        cells = [numbers[(row * 7919 + at * 31) % len(numbers)] for at in range({columns})]
        data = ",".join(cells) if {encoding!r} == "CSV" else '{{"features":[' + ",".join(cells) + "]}}"
        sides = {{"endpointInput": {{"data": data, "encoding": {encoding!r}}}}}
        sides["endpointOutput"] = {{"data": "0.5", "encoding": "CSV"}}
        event = {{"eventId": f"e{{row}}", "inferenceTime": f"2026-03-01T14:{{row * 60 // {rows}:02}}:00Z"}}
        file.write(json.dumps({{"captureData": sides, "eventMetadata": event}}) + "\\n")
result = profile_file(KEY, FolderStore("."))
answer = [result.rows, result.rejected]
"""


@pytest.mark.parametrize("encoding", ["CSV", "JSON"])
def test_a_wide_file_fits_into_memory(encoding: str, tmp_path: Path) -> None:
    program = _PROFILED.format(rows=300, columns=1_536, encoding=encoding)

    found = bounded(program, tmp_path, seconds=120)

    assert found.answer == [300, 0]
    assert found.megabytes < 400


@pytest.mark.long
@pytest.mark.parametrize("encoding", ["CSV", "JSON"])
def test_4096_columns_and_5000_rows_fit_into_the_function(encoding: str, tmp_path: Path) -> None:
    found = bounded(_PROFILED.format(rows=5_000, columns=4_096, encoding=encoding), tmp_path, seconds=900)

    assert found.answer == [5_000, 0]
    assert found.megabytes < 1_200


def test_cells_of_a_wide_file_are_where_they_belong(tmp_path: Path) -> None:
    width = 900
    lines = [record(input_=",".join(f"{row}.{at}" for at in range(width)), eventId=f"e{row}") for row in range(20)]
    named = json.dumps({f"n{at}": at for at in range(width)})
    wide = json.loads(record(eventId="json"))
    wide["captureData"]["endpointInput"] |= {"data": named, "encoding": "JSON"}
    narrow = record(input_='"a, ""b""",', eventId="narrow")
    bucket, result = profiled(*lines, json.dumps(wide), narrow)

    found = {str(row["event_id"]): row for row in rows(bucket, tmp_path)}

    assert (result.rows, result.rejected) == (22, 0)
    assert [found[f"e{row}"][f"input[{at}]"] for row in range(20) for at in range(width)] == [
        f"{row}.{at}" for row in range(20) for at in range(width)
    ]
    assert [found["json"][f"input.n{at}"] for at in range(width)] == [str(at) for at in range(width)]
    assert found["json"]["input[0]"] is None
    assert (found["narrow"]["input[0]"], found["narrow"]["input[1]"]) == ('a, "b"', None)
    assert {row["output[0]"] for row in found.values()} == {"0.5"}


def test_a_row_with_too_many_columns_costs_itself() -> None:
    bucket, result = profiled(record(), record(input_="1," * (MOST_COLUMNS - 1), eventId="wide"), record(input_="2,b"))

    assert (result.rows, result.rejected) == (2, 1)
    [reject] = rejects(bucket)
    assert reject["line"] == 2
    assert f"{MOST_COLUMNS + 1:,}, expected: at most {MOST_COLUMNS:,}" in str(reject["reason"])


def test_a_file_of_nothing_but_wide_rows_is_refused_with_its_name_and_the_limit() -> None:
    with pytest.raises(NothingReadError, match=r"00-00-000-abc.*too many columns.*5,000.*preprocessing") as error:
        profiled(*[record(input_="1," * MOST_COLUMNS)] * 3)

    assert error.value.hours  # the lines count in their hour


def test_names_without_end_stop_at_the_limit() -> None:
    lines = []
    for at in range(0, MOST_COLUMNS + 2_000, 100):
        line = json.loads(record())
        line["captureData"]["endpointInput"] |= {
            "data": json.dumps({f"name {at + i}": i for i in range(100)}),
            "encoding": "JSON",
        }
        lines.append(json.dumps(line))
    bucket, result = profiled(*lines, record(input_="1,a"))

    assert result.rows == 49 + 1  # output[0] is a column, too; those of the last line still fit
    assert "4,901, and 100 more" in str(rejects(bucket)[0]["reason"])


def test_a_cell_without_end_costs_its_row() -> None:
    long = record(input_="x" * (LONGEST_ROW + 1), eventId="long")
    longer = record(input_="x" * LONGEST_LINE, eventId="longer")
    bucket, result = profiled(record(), long, longer, record(input_="2,b"))

    assert (result.rows, result.rejected) == (2, 2)
    assert ["characters" in str(rejects(bucket)[0]["reason"]), "bytes" in str(rejects(bucket)[1]["reason"])] == [
        True
    ] * 2
    assert len(str(rejects(bucket)[1]["quoted"])) <= 200


def test_a_long_cell_within_the_limit_is_kept(tmp_path: Path) -> None:
    text = 'é"\n' * (LONGEST_ROW // 4)
    quoted = '"' + text.replace('"', '""') + '"'
    bucket, result = profiled(record(input_=f"1,{quoted}"), record())

    assert (result.rows, result.rejected) == (2, 0)
    assert [row["input[1]"] for row in rows(bucket, tmp_path)] == [text, "a"]


def test_more_values_than_memory_has_room_for_cost_their_record() -> None:
    bucket, result = profiled(record(input_="1\n" * 2_000_001), record())

    assert (result.rows, result.rejected) == (1, 1)
    assert "2,000,000 in a payload" in str(rejects(bucket)[0]["reason"])


def test_two_values_for_one_column_are_a_reject() -> None:
    lines = []
    for data in ('{"a.b": 1, "a": {"b": 2}}', '{"a": {"b": 2}}', '{"a[0]": 1, "a": [2]}'):
        line = json.loads(record())
        line["captureData"]["endpointInput"] |= {"data": data, "encoding": "JSON"}
        lines.append(json.dumps(line))
    bucket, result = profiled(*lines)

    assert (result.rows, result.rejected) == (1, 2)
    assert [str(each["reason"]).partition("column ")[2] for each in rejects(bucket)] == ["'a.b'", "'a[0]'"]


def test_rows_of_many_lengths_take_time_in_proportion(tmp_path: Path) -> None:
    """Reading them has been a UNION of as many tables: with 200, over a minute."""

    def lengths(count: int) -> list[str]:
        return [record(input_=",".join("1" * (at + 1)), eventId=f"e{at}") for at in range(count)]

    bucket, result = profiled(*lengths(200))

    assert result.rows == 200
    found = {str(row["event_id"]): row for row in rows(bucket, tmp_path)}
    assert [
        sum(value == "1" for name, value in found[f"e{at}"].items() if name.startswith("input[")) for at in range(200)
    ] == [at + 1 for at in range(200)]
    # Four times as many rows are sixteen times as many cells.
    assert calls(lambda: profiled(*lengths(200))) < 20 * calls(lambda: profiled(*lengths(50)))


def test_gzip_that_unpacks_without_end_is_refused() -> None:
    bucket = InMemoryStore("bucket", {KEY: gzip.compress(b" " * (300 << 20), 1)})

    with pytest.raises(InvalidInputError, match="more than 256 MB, unpacked"):
        profile_file(KEY, bucket)

    assert list(bucket.objects) == [KEY]
