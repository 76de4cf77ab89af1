"""What files with attributes say, and what is wrong with them."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from driftline.domain.attributes import files
from driftline.domain.attributes.files import AttributeFile
from driftline.domain.attributes.keys import attributes_prefix, holds_attributes, parse_attributes_key
from driftline.domain.errors import InvalidInputError
from tests.tables import TABLES


def opened(body: bytes | str, name: str = "a.csv") -> AttributeFile:
    return AttributeFile(name, body.encode() if isinstance(body, str) else body, TABLES.parquet_attributes)


def rows_of(body: bytes | str, name: str = "a.csv") -> list[tuple[str, object]]:
    return [(id_, json.loads(text)) for id_, text in opened(body, name).rows()]


@pytest.fixture
def parquet(tmp_path: Path) -> Callable[[str], bytes]:
    """A Parquet file with the result of a query."""

    def made(query: str) -> bytes:
        path = tmp_path / "made.parquet"
        with duckdb.connect() as database:
            database.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
        return path.read_bytes()

    return made


class TestFormats:
    @pytest.mark.parametrize("header", ["inference_id", "inferenceId", " Inference_ID ", "event_id"])
    def test_csv(self, header: str) -> None:
        found = rows_of(f'{header},sex,"age, group"\n a,Female,"25,5"\nb,,\n\n')
        assert found == [(" a", {"sex": "Female", "age, group": "25,5"}), ("b", {"sex": None, "age, group": None})]

    def test_csv_as_spreadsheets_write_it(self) -> None:
        assert rows_of("\ufeffinference_id;sex\r\na;Ä\r\n") == [("a", {"sex": "Ä"})]

    def test_the_column_of_ids_may_be_anywhere(self) -> None:
        assert rows_of("sex,inference_id\nMale,a\n") == [("a", {"sex": "Male"})]

    def test_json_lines(self) -> None:
        body = '{"inferenceId": "a", "sex": "x", "n": 1.50, "more": [1, {"b": null}]}\n\n{"n": 2, "inference_id": 7}\n'
        assert rows_of(body, "a.jsonl") == [
            ("a", {"sex": "x", "n": 1.5, "more": [1, {"b": None}]}),
            ("7", {"n": 2}),
        ]

    def test_parquet(self, parquet: Callable[[str], bytes]) -> None:
        body = parquet(
            "SELECT * FROM (VALUES ('a', 'Female', 0.1::FLOAT, DATE '2001-02-03', [1]), (NULL, 'Male', 1, NULL, NULL), "
            "('b', NULL, 'nan'::FLOAT, NULL, NULL)) t(inference_id, sex, share, born, list)"
        )
        for name in ("a.parquet", "a"):
            assert rows_of(body, name) == [
                ("a", {"sex": "Female", "share": 0.1, "born": "2001-02-03", "list": [1]}),
                ("b", {"sex": None, "share": None, "born": None, "list": None}),
            ]
        assert opened(body, "a.parquet").check() == (
            2,
            "a.parquet: 1 of 3 rows cannot be used; row 2: no inference_id",
        )

    def test_whole_numbers_are_ids_too(self, parquet: Callable[[str], bytes]) -> None:
        assert rows_of(parquet("SELECT 12 AS inference_id, 'x' AS sex"), "a.parquet") == [("12", {"sex": "x"})]

    @pytest.mark.parametrize("name", ["a.csv.gz", "a.csv"])
    def test_gzip(self, name: str) -> None:
        assert rows_of(gzip.compress(b"inference_id,sex\na,x\n"), name) == [("a", {"sex": "x"})]

    def test_an_empty_table_has_no_rows(self) -> None:
        assert opened("inference_id,sex\n").check() == (0, "")
        assert rows_of("\n") == []


class TestProblems:
    @pytest.mark.parametrize(
        ("body", "name", "what"),
        [
            ("who,sex\na,x\n", "a.csv", "columns who, sex"),
            ("inference_id\na\n", "a.csv", "columns inference_id"),
            ("inference_id,sex,sex\na,x,y\n", "a.csv", "two columns are named 'sex'"),
            ('inference_id,sex\na,"x\n', "a.csv", "no CSV: unexpected end of data"),
            (b"\xff", "a.csv", "not UTF-8 (invalid start byte at byte 0)"),
            (
                gzip.compress(b"inference_id,sex\na,x\n" * 9, mtime=0)[:-20],
                "a.csv.gz",
                "the gzip file cannot be unpacked",
            ),
            (gzip.compress(b'{"inference_id":"a"}', mtime=0)[:-9], "a.jsonl.gz", "the gzip file cannot be unpacked"),
            ("inference_id,sex\n,x\na\n", "a.csv", "no row can be used; line 2: no inference_id"),
            ('["a"]\n', "a.jsonl", "no row can be used; line 1: not a JSON object"),
            ("sex: x\n", "a.yaml", "no row can be used; line 1: not JSON"),
            ("PAR1 and more", "a", "Parquet that cannot be read"),
            ("text", "a.parquet", "Parquet that cannot be read"),
        ],
    )
    def test_refuses(self, body: str | bytes, name: str, what: str) -> None:
        with pytest.raises(InvalidInputError) as error:
            opened(body, name).check()
        assert error.value.what.startswith(what)
        assert error.value.where.startswith(name)

    def test_parquet_without_ids(self, parquet: Callable[[str], bytes]) -> None:
        with pytest.raises(InvalidInputError, match="columns sex, age"):
            opened(parquet("SELECT 'x' AS sex, 1 AS age"), "a.parquet").check()

    def test_a_bad_row_does_not_affect_the_others(self) -> None:
        body = '{"inference_id": "a", "sex": "x"}\n{"inference_id": "b"\n{"sex": "y"}\n'
        assert opened(body, "a.jsonl").check()[0] == 1
        assert opened(body, "a.jsonl").check()[1].startswith("a.jsonl: 2 of 3 rows cannot be used; line 2: not JSON (")
        assert rows_of(body, "a.jsonl") == [("a", {"sex": "x"})]

    @pytest.mark.parametrize("packed", [True, False])
    def test_a_file_has_a_largest_size(self, monkeypatch: pytest.MonkeyPatch, packed: bool) -> None:
        monkeypatch.setattr(files, "MOST_BYTES", 1 << 20)
        body = b"inference_id,sex\n" + b"a,x\n" * (1 << 18)
        with pytest.raises(InvalidInputError, match="more than 1 MB"):
            opened(gzip.compress(body) if packed else body).check()


class TestKeys:
    def test_say_endpoint_and_hour(self) -> None:
        hour = datetime(2026, 3, 1, 22, tzinfo=UTC)
        assert attributes_prefix("shop", hour) == "attributes/shop/2026/03/01/22/"
        assert parse_attributes_key("attributes/shop/2026/03/01/22/part/a.csv") == ("shop", hour)

    @pytest.mark.parametrize(
        "key", ["attributes/shop/a.csv", "attributes/2026/03/01/22/a.csv", "attributes/shop/2026/13/01/22/a.csv"]
    )
    def test_others_are_refused(self, key: str) -> None:
        with pytest.raises(InvalidInputError):
            parse_attributes_key(key)

    def test_markers_hold_nothing(self) -> None:
        keys = ["a/b.csv", "a/_SUCCESS", "a/.part", "a/_x/b.csv"]
        assert [key for key in keys if holds_attributes(key, 1)] == ["a/b.csv", "a/_x/b.csv"]
        assert not holds_attributes("a/b.csv", 0)
