"""Data sets in every format and shape, and what bad ones say."""

import csv
import gzip
import json
from collections.abc import Mapping
from io import BytesIO, StringIO
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.domain.capture.columns import MOST_COLUMNS
from driftline.domain.datasets import ProfiledDataset
from driftline.domain.errors import InvalidInputError
from driftline.kinds.data_quality.rules.observed import statistics_of
from driftline.kinds.data_quality.rules.statistics import Statistics
from driftline.usecases.baselines.datasets import csv_files
from driftline.usecases.baselines.datasets.csv_files import csv_batches
from driftline.usecases.baselines.datasets.file_profile import profile_files
from driftline.usecases.baselines.datasets.format import DatasetFormat, parse_format
from driftline.usecases.baselines.datasets.header import HeaderGuess, find_header
from driftline.usecases.baselines.datasets.reader import profile_dataset
from tests.fakes import InMemoryStore
from tests.tables import TABLES

HEADER_AND_ROWS = b"score,carrier\n1.5,UA\n2.5,AA\n,UA\n"


def read(
    files: Mapping[str, bytes],
    options: DatasetFormat | None = None,
    columns: tuple[tuple[str, ...], tuple[str, ...]] | None = None,
    assumed: list[str] | None = None,
) -> ProfiledDataset:
    assumed = [] if assumed is None else assumed
    store, options = InMemoryStore(objects=files), options or DatasetFormat()
    one_by_one = profile_files(store, sorted(files), options, TABLES, assumed.append)
    return profile_dataset(one_by_one, options=options, where=store.uri(min(files, default="")), columns=columns)


def names(data: ProfiledDataset) -> list[str]:
    return [name for name, _ in data.features]


def statistics(data: ProfiledDataset) -> Statistics:
    return statistics_of(data.rows, data.features)


def parquet(select: str, folder: Path) -> bytes:
    path = folder / "made.parquet"
    duckdb.sql(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    return path.read_bytes()


def test_a_header_names_the_features_and_empty_cells_are_missing() -> None:
    data = read({"a.csv": HEADER_AND_ROWS})
    assert (data.rows, names(data)) == (3, ["score", "carrier"])
    score, carrier = statistics(data).features
    assert (score.inferred_type, score.common.num_missing) == ("Fractional", 1)
    assert carrier.histogram == {"UA": 2, "AA": 1}


def test_without_a_header_the_features_are_named_as_sagemaker_does() -> None:
    assert names(read({"a.csv": b"1.5,UA\n2.5,AA\n"})) == ["_c0", "_c1"]


def test_the_same_rows_in_every_format_give_the_same_statistics(tmp_path: Path) -> None:
    # Given the same rows as CSV, gzip, JSON Lines and Parquet, in one file and in two
    select = "SELECT * FROM (VALUES (1.5::DOUBLE, 'UA'), (2.5, 'AA'), (NULL, 'UA')) AS t(score, carrier)"
    rows = [{"score": 1.5, "carrier": "UA"}, {"score": 2.5, "carrier": "AA"}, {"score": None, "carrier": "UA"}]
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    header, *body = HEADER_AND_ROWS.splitlines(keepends=True)
    variants: list[dict[str, bytes]] = [
        {"a.csv": HEADER_AND_ROWS},
        {"a.csv": HEADER_AND_ROWS.replace(b"\n", b"\r\n")},
        {"a.csv": b"\xef\xbb\xbf" + HEADER_AND_ROWS.rstrip(b"\n")},
        {"a.csv.gz": gzip.compress(HEADER_AND_ROWS)},
        {"a.csv": header + body[0], "b.csv": header + b"".join(body[1:])},
        {"a.jsonl": lines},
        {"a.json": b"\n" + lines.replace(b', "carrier"', b',"carrier"')},
        {"a.parquet": parquet(select, tmp_path)},
    ]
    # When they are read
    expected = statistics(read({"a.csv": HEADER_AND_ROWS})).to_json()
    # Then all statistics are equal to the byte
    for files in variants:
        assert statistics(read(files)).to_json() == expected, files


def test_quotes_may_hold_commas_quotes_and_line_ends() -> None:
    data = read({"a.csv": b'id,text\n1,"a,b"\n2,"say ""hi"""\n3,"two\nlines"\n'})
    assert statistics(data).by_name["text"].histogram == {"a,b": 1, 'say "hi"': 1, "two\nlines": 1}


texts = st.text(st.characters(codec="utf-8", exclude_characters="\r\0\ufeff"), max_size=6)


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=30), st.integers(1, 40))
def test_blocks_of_any_size_give_the_same_rows(rows: list[tuple[str, str]], block: int) -> None:
    # Given rows whose cells hold quotes, commas and line ends, read in blocks that end anywhere
    written = StringIO()
    csv.writer(written, lineterminator="\n").writerows([("k", *row) for row in rows])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_files, "BLOCK_BYTES", block)
        batches = [
            each
            for _, each in csv_batches(
                TABLES.csv_to_columns, BytesIO(written.getvalue().encode()), "a.csv", None, header=False
            )
        ]
    # Then no row is lost, split or doubled
    assert sum(batch.rows for batch in batches) == len(rows)
    seen: dict[str, int] = {}
    for batch in batches:
        column = batch.columns["_c1"]
        assert column.categories is not None
        for value, count in column.categories.items():
            seen[value] = seen.get(value, 0) + count
    expected: dict[str, int] = {}
    for first, _ in rows:
        if first:
            expected[first] = expected.get(first, 0) + 1
    assert seen == expected


def test_a_bad_row_far_down_is_named_by_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_files, "BLOCK_BYTES", 1_000)
    with pytest.raises(InvalidInputError, match="3 cells: 1,2,3") as raised:
        read({"a.csv": b"a,b\n" + b"1,2\n" * 5_000 + b"1,2,3\n"})
    assert raised.value.where.endswith("a.csv, line 5002")


def test_the_size_of_the_blocks_changes_no_count(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "value,letter\n" + "".join(f"{i % 977}.5,{'abcde'[i % 5]}\n" for i in range(20_000))
    whole = statistics(read({"a.csv": body.encode()}))
    monkeypatch.setattr(csv_files, "BLOCK_BYTES", 5_000)
    blocks = statistics(read({"a.csv": body.encode()}))
    first, second = whole.features[0].numerical_statistics, blocks.features[0].numerical_statistics
    assert first is not None
    assert second is not None
    exact = ("common", "mean", "sum", "std_dev", "min", "max", "approximate_num_distinct_values")
    assert [getattr(first, field) for field in exact] == [getattr(second, field) for field in exact]
    assert whole.features[1] == blocks.features[1]


@pytest.mark.parametrize(
    ("first", "others", "expected"),
    [
        (["age", "city"], [["31", "Bern"]], True),
        (["age", "Int'l Plan_no"], [["31", "0"]], True),
        (["", "age"], [["0", "31"]], True),  # the index column that pandas writes
        (["city", "state"], [["Bern", "BE"], ["Basel", "BS"]], True),
        (["Bern", "BE"], [["Basel", "BS"], ["Bern", "BE"]], False),
        (["UA", "12"], [["AA", "13"]], False),
        (["age", "age"], [["1", "2"]], False),
        (["true", "x"], [["false", "y"]], False),
        (["NaN", "x"], [["1", "2"]], False),
        (["2020-01-01", "UA"], [["2020-01-02", "AA"]], False),
        (["alone", "row"], [], False),
        (["1.0", "2.0"], [["1.0", "2.0"]], False),
    ],
)
def test_headers_are_found_out(first: list[str], others: list[list[str]], expected: bool) -> None:
    assert find_header(first, others).header is expected


NUMBERS_AND_TEXTS = [[f"{i % 37}.5", str(i % 7), "red" if i % 2 else "blue"] for i in range(60)]


@pytest.mark.parametrize(
    ("first", "others", "header"),
    [
        (["0", "1", "2"], NUMBERS_AND_TEXTS, True),  # pandas' own names
        (["label", "0", "1", "2"], [["1", "7", "5", "3"], ["0", "4", "4", "9"]], True),
        (
            list(map(str, range(64))),
            [[str((i * j) % 17) for j in range(64)] for i in range(60)],
            True,
        ),  # images of digits
        (["label", *map(str, range(64))], [[str(i % 10), *[str(i % 17)] * 64] for i in range(60)], True),
        (["n/a", "3", "8"], [[str(i), str(i % 7), str(i % 9)] for i in range(60)], False),
        (["store", "2019", "2020"], [[f"s{i % 8}", str(i % 97), str(i % 89)] for i in range(60)], True),
        (["Income ($)", "name of city"], [[str(i), "Bern"] for i in range(9)], True),
        (["12.5", "3", "red"], NUMBERS_AND_TEXTS, False),
        (["5", "3", "1"], [["4", "2", "6"], ["5", "9", "8"]], False),
        (["?", "3.5", "red"], [["1", *rest] for _, *rest in NUMBERS_AND_TEXTS], False),
        (["7", "7"], [["1", "2"]], False),
    ],
)
def test_what_is_clear_about_a_header_is_no_guess(first: list[str], others: list[list[str]], header: bool) -> None:
    assert find_header(first, others) == HeaderGuess(header=header, certain=True)


@pytest.mark.parametrize(
    ("body", "taken", "names_taken"),
    [
        (b"0,1,2\n0,1,1\n2,1,2\n", "the header: 0,1,2", ["0", "1", "2"]),
        (b"1,2,3\n1,1,1\n2,2,3\n", "data: 1,2,3", ["_c0", "_c1", "_c2"]),
        (b"city,state\nBern,BE\nBasel,BS\n", "the header: city,state", ["city", "state"]),
        (b"2020-01-01,UA\n2020-01-02,AA\n", "data: 2020-01-01,UA", ["_c0", "_c1"]),
    ],
)
def test_a_guess_about_the_header_says_what_was_assumed_and_how_to_state_it(
    body: bytes, taken: str, names_taken: list[str]
) -> None:
    assumed: list[str] = []

    data = read({"a.csv": body, "b.csv": body}, assumed=assumed)

    assert names(data) == names_taken
    (warning,) = assumed
    assert f"a.csv was taken for {taken}" in warning
    stated = "true" if "data" in taken else "false"
    assert f"driftline baseline --{'header' if stated == 'true' else 'no-header'}" in warning
    assert f'{{"csv": {{"header": {stated}}}}} in input/_format.json' in warning
    # And once stated there is nothing to assume.
    assumed.clear()
    read({"a.csv": body}, parse_format(f'{{"csv": {{"header": {stated}}}}}'.encode(), ""), assumed=assumed)
    assert assumed == []


ROWS = range(60)
LOOK_ALIKES = {
    "_c0": ([str(i) for i in ROWS], "looks like an index: it counts the rows from 0 to 59"),
    "number": ([str(i + 1) for i in ROWS], "looks like an index: it counts the rows from 1 to 60"),
    "account": ([str(7_919 * i % 104_729) for i in ROWS], "looks like an id: hardly any of its 60 values occurs twice"),
    "token": ([f"k{i * i}" for i in ROWS], "looks like an id"),
    "day": ([f"2026-03-{1 + i % 28:02}" for i in ROWS], "looks like a date (2026-03-01)"),
    "seen": ([f"{1 + i % 28}/3/2026 10:00" for i in ROWS], "looks like a date (1/3/2026 10:00)"),
    "epoch": ([str(1_772_445_600 + 3_600 * (i % 7)) for i in ROWS], "1772445600 is 2026-03-02 10:00 UTC"),
    "millis": ([str(1_772_445_600_000 + i) for i in ROWS], "looks like a date"),
    "compact": ([f"202603{1 + i % 28:02}" for i in ROWS], "looks like a date (20260301)"),
    "plan": (["basic"] * 60, "has one value only: basic"),
    "zero": (["0"] * 60, "has one value only: 0"),
    "amount": ([f"{i * 7919 % 1000}.25" for i in ROWS], ""),
    "age": ([str(18 + i % 40) for i in ROWS], ""),
    "city": (["Bern" if i % 3 else "Basel" for i in ROWS], ""),
    "population": ([str(100_000 * (1 + i % 50)) for i in ROWS], ""),
    "mixed": ([f"2026-03-{1 + i % 28:02}" if i % 2 else "never" for i in ROWS], ""),
}


@pytest.mark.parametrize("block", [1_000_000, 2_000])
def test_columns_that_are_probably_no_features_are_named(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_files, "BLOCK_BYTES", block)
    header = ["" if name == "_c0" else name for name in LOOK_ALIKES]
    rows = zip(*(cells for cells, _ in LOOK_ALIKES.values()), strict=True)
    body = "\n".join(map(",".join, [header, *map(list, rows)]))

    warnings = read({"a.csv": body.encode()}).warnings

    expected = {name: text for name, (_, text) in LOOK_ALIKES.items() if text}
    assert [warning.split()[0] for warning in warnings] == list(expected)
    for warning, text in zip(warnings, expected.values(), strict=True):
        assert text in warning


def test_columns_that_the_document_leaves_out_are_not_warned_about() -> None:
    body = ("id,age\n" + "".join(f"{i},{i % 7}\n" for i in range(60))).encode()

    assert read({"a.csv": body}, columns=(("age",), ())).warnings == ()


def test_a_declared_header_is_believed() -> None:
    declared = parse_format(b'{"csv": {"header": true}}', "_format.json")
    assert names(read({"a.csv": b"Bern,BE\nBern,BE\n"}, declared)) == ["Bern", "BE"]
    none = parse_format(b'{"csv": {"header": false}}', "_format.json")
    assert read({"a.csv": HEADER_AND_ROWS}, none).rows == 4


def test_outputs_at_the_end_come_first_as_in_captures() -> None:
    end = parse_format(b'{"csv": {"header": true, "output_columns_position": "END"}}', "_format.json")
    body = {"a.csv": b"x,y,score\n1,2,0.5\n"}
    assert names(read(body, end)) == ["score", "x", "y"]
    headless = parse_format(b'{"csv": {"header": false, "output_columns_position": "END"}}', "_format.json")
    named = read({"a.csv": b"1,2,0.5,0\n"}, headless, (("score", "label"), ("x", "y")))
    assert names(named) == ["score", "label", "x", "y"]
    assert [profile.moments.sum for _, profile in named.features] == [0.5, 0.0, 1.0, 2.0]


def test_the_monitor_document_names_chooses_and_orders() -> None:
    columns = (("score",), ("carrier",))
    assert names(read({"a.csv": b"0.5,UA\n0.6,AA\n"}, None, columns)) == ["score", "carrier"]
    chosen = read({"a.jsonl": b'{"id": 1, "carrier": "UA", "score": 0.5}\n'}, None, columns)
    assert (names(chosen), chosen.left_out) == (["score", "carrier"], ("id",))


def test_nested_json_is_flattened_as_captures_are() -> None:
    data = read({"a.jsonl": b'{"a": 1, "b": {"c": 2, "d": [3, 4]}}\n{"a": 5, "e": null}\n'})
    assert names(data) == ["a", "b.c", "b.d[0]", "b.d[1]", "e"]
    assert [profile.present for _, profile in data.features] == [2, 1, 1, 1, 0]


def test_parquet_types_become_types_of_values(tmp_path: Path) -> None:
    select = (
        "SELECT i::INTEGER AS whole, i / 2 AS half, i::DECIMAL(9,2) AS money, i % 2 = 0 AS flag, "
        "DATE '2020-01-01' + i::INTEGER AS day, CASE WHEN i = 3 THEN 'nan'::DOUBLE ELSE i END AS gap, "
        "i::DECIMAL(18,0) AS count FROM range(10) AS t(i)"
    )
    data = read({"a.parquet": parquet(select, tmp_path)})
    features = statistics(data).by_name
    assert {name: feature.inferred_type for name, feature in features.items()} == {
        "whole": "Integral",
        "half": "Fractional",
        "money": "Fractional",
        "flag": "String",
        "day": "String",
        "gap": "Fractional",
        "count": "Integral",
    }
    assert features["gap"].common.num_missing == 1  # NaN
    assert features["flag"].histogram == {"false": 5, "true": 5}


def test_single_precision_has_the_shortest_decimals(tmp_path: Path) -> None:
    select = (
        "SELECT x::FLOAT AS single, x AS double FROM (VALUES (0.1), (0.2), (0.3), (1e-7), (-1.1), (16777216.0)) t(x)"
    )
    data = read({"a.parquet": parquet(select, tmp_path)})
    single, double = (profile for _, profile in data.features)
    assert single == double


def test_parquet_is_read_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = parquet("SELECT i AS n FROM range(1000) AS t(i)", tmp_path)
    monkeypatch.setattr("driftline.adapters.tables.parquet_files.BATCH_ROWS", 64)
    data = read({"a.parquet": body})
    assert data.rows == 1000
    assert data.features[0][1].moments.sum == sum(range(1000))


@pytest.mark.parametrize(
    ("files", "where", "what"),
    [
        ({"a.csv": b"a,b\n1,2\n3\n"}, "a.csv, line 3", "1 cells: 3"),
        ({"a.csv": b"a,b\n1,2\n\n3,4,5\n"}, "a.csv, line 4", "3 cells: 3,4,5"),
        ({"a.csv": b'a,b\n1,"x\ny"\n2,z,3\n'}, "a.csv, line 4", "3 cells: 2,z,3"),
        ({"a.csv": b'a,b\n1,2\n3,"open\n'}, "a.csv, line 3", "not CSV"),
        ({"a.csv": b"a,b\n1,2\n3,\xff\n"}, "a.csv, line 3", "byte 0xff is not UTF-8"),
        ({"a.csv": b"a,b\n1,2\n", "b.csv": b"a,c\n1,2\n"}, "b.csv, line 1", "the header differs"),
        ({"a.csv": b"1,2\n", "b.csv": b"1,2,3\n"}, "b.csv, line 1", "3 cells"),
        ({"a.csv": b"a,b\n1,2\n", "b.jsonl": b'{"a": 1}\n'}, "b.jsonl", "json among files that are csv"),
        ({"a.jsonl": b'{"a": 1}\n{"a": \n'}, "a.jsonl, line 2", "not JSON"),
        ({"a.jsonl": b'{"a": 1}\n[1, 2]\n'}, "a.jsonl, line 2", "not an object"),
        ({"a.jsonl": b'[{"a": 1}]'}, "a.jsonl, line 1", "not an object"),
        ({"a.jsonl": b'{"rows": [{"a": 1}, {"a": 2}]}\n'}, "a.jsonl, line 1", "an object with 2 rows"),
        ({"a.parquet": b"PAR1 but no more"}, "a.parquet", "Parquet that cannot be read"),
        ({"a.csv.gz": gzip.compress(b"a,b\n1,2\n")[:-9]}, "a.csv.gz", "the compressed file is damaged"),
        ({"a.csv": b"\n\n"}, "a.csv", "no rows"),
    ],
)
def test_bad_data_names_file_line_and_what_was_found(files: dict[str, bytes], where: str, what: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        read(files)
    assert raised.value.where.endswith(where)
    assert what in raised.value.what


def test_a_row_that_never_ends_is_named_before_memory_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_files, "BLOCK_BYTES", 100)
    monkeypatch.setattr(csv_files, "LONGEST_ROW", 1_000)
    body = b"a,b\n" + b"1,2\n" * 50 + b'3,"open\n' + b"4,5\n" * 1_000
    with pytest.raises(InvalidInputError, match="does not end within 1,000 bytes") as raised:
        read({"a.csv": body})
    assert raised.value.where.endswith("a.csv, line 52")


def test_nested_parquet_columns_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="column tags is a"):
        read({"a.parquet": parquet("SELECT 1 AS id, [1, 2] AS tags", tmp_path)})


def test_columns_that_the_document_names_and_the_data_lacks_are_listed() -> None:
    with pytest.raises(InvalidInputError, match="has no column prediction; it has score, carrier"):
        read({"a.csv": HEADER_AND_ROWS}, None, (("prediction",), ("carrier",)))
    with pytest.raises(InvalidInputError, match="has 2 columns, the monitor document 3"):
        read({"a.csv": b"1,2\n3,4\n"}, None, (("prediction",), ("carrier", "origin")))


@pytest.mark.parametrize(
    "body", [b"{", b'{"csv": {}, "json": {}}', b'{"csv": {"head": true}}', b'{"json": {"lines": false}}']
)
def test_a_format_that_is_none_is_refused_with_what_is_allowed(body: bytes) -> None:
    with pytest.raises(InvalidInputError, match="output_columns_position") as raised:
        parse_format(body, "input/_format.json")
    assert raised.value.where == "input/_format.json"


@pytest.mark.parametrize("body", [b"{}", b'{"csv": {}}', b'{"json": {"lines": true}}', b'{"parquet": {}}'])
def test_sagemakers_dataset_formats_are_read(body: bytes) -> None:
    declared = next(iter(json.loads(body)), None)
    assert parse_format(body, "input/_format.json").kind == declared


def test_a_header_in_a_later_file_only_is_refused() -> None:
    with pytest.raises(
        InvalidInputError, match="a header, which the first file does not have: score,carrier"
    ) as raised:
        read({"a.csv": b"1.5,UA\n2.5,AA\n", "b.csv": HEADER_AND_ROWS})
    assert raised.value.where.endswith("b.csv, line 1")
    # Unless it was stated that there is none.
    none = parse_format(b'{"csv": {"header": false}}', "_format.json")
    assert read({"a.csv": b"1.5,UA\n2.5,AA\n", "b.csv": HEADER_AND_ROWS}, none).rows == 6


def _wide_parquet(folder: Path, columns: int) -> bytes:
    path = folder / "wide.parquet"
    with duckdb.connect() as database:
        database.execute(f"COPY (SELECT {', '.join(f'{at} AS c{at}' for at in range(columns))}) TO '{path}'")
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_a_data_set_with_too_many_columns_is_refused_with_the_limit(kind: str, tmp_path: Path) -> None:
    columns = MOST_COLUMNS + 1
    bodies = {
        "csv": lambda: ",".join(f"c{at}" for at in range(columns)).encode() + b"\n" + b"1," * MOST_COLUMNS + b"1\n",
        "json": lambda: json.dumps({f"c{at}": at for at in range(columns)}).encode(),
        "parquet": lambda: _wide_parquet(tmp_path, columns),
    }

    with pytest.raises(InvalidInputError, match=r"data.*5,001 columns.*at most 5,000"):
        read({"data": bodies[kind]()})


def test_a_cell_of_a_hundred_megabytes_is_refused_and_one_of_a_megabyte_is_read() -> None:
    lines = b'{"a": "%s"}\n'

    assert names(read({"a.csv": b'a,b\n1,"' + b"x" * (1 << 20) + b'"\n2,y\n'})) == ["a", "b"]
    for body in (b"a,b\n1," + b"x" * (100 << 20) + b"\n", lines % (b"x" * (100 << 20))):
        with pytest.raises(InvalidInputError, match="33,554,432 bytes"):
            read({"data": body})


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.jsonl.gz"])
def test_a_data_set_is_limited_unpacked_and_in_all_of_its_files(name: str) -> None:
    rows = b"1.5,UA\n" * 100_000 if "csv" in name else b'{"score":1.5}\n' * 50_000
    body = gzip.compress(rows) if name.endswith("gz") else rows
    files = {name: body, f"b-{name}": body}

    assert read({name: body}, DatasetFormat(max_unpacked_megabytes=1)).rows == rows.count(b"\n")
    with pytest.raises(InvalidInputError) as refused:
        read(files, DatasetFormat(max_unpacked_megabytes=1))

    assert f"b-{name}: the data set has more than 1 MB, unpacked. Expected: at most 1 MB" in str(refused.value)
    assert read(files, parse_format(b'{"max_unpacked_megabytes": 2}', "x")).rows == 2 * rows.count(b"\n")
