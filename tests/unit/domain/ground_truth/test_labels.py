"""Ground truth files: what is a label, what is not, and which row it is for."""

import gzip
from pathlib import Path

import duckdb
import pytest

from driftline.domain.errors import InvalidInputError
from driftline.domain.ground_truth import label_tables, labels
from driftline.domain.ground_truth.label_rows import LabelCountError, label_rows
from driftline.domain.ground_truth.labels import LONGEST_LABEL, Label, ParsedLabels
from tests.tables import TABLES

LINE = b'{"groundTruthData":{"data":"1","encoding":"CSV"},"eventMetadata":{"eventId":"a"},"eventVersion":"0"}\n'


def parse_labels(name: str, body: bytes) -> ParsedLabels:
    return label_tables.parse_labels(name, body, TABLES.parquet_labels)


def taken(name: str, body: bytes) -> list[tuple[str, str, str, int]]:
    return [(label.id, label.data, label.encoding, label.position) for label in parse_labels(name, body).labels]


class TestJsonLines:
    def test_sagemakers_record(self) -> None:
        assert taken("x.jsonl", LINE) == [("a", "1", "CSV", 1)]

    def test_gzip_and_a_byte_order_mark(self) -> None:
        assert taken("x.jsonl.gz", gzip.compress(b"\xef\xbb\xbf" + LINE)) == [("a", "1", "CSV", 1)]

    def test_bad_lines_cost_their_neighbours_nothing(self) -> None:
        bad = [
            b"{not json",
            LINE.replace(b'"a"', b'""').strip(),
            LINE.replace(b"CSV", b"BASE64").strip(),
            LINE.replace(b'"1"', b'" "').strip(),
            b'{"eventMetadata":{"eventId":"a"}}',
        ]
        parsed = parse_labels("x.jsonl", LINE + b"\n" + b"\n".join(bad) + b"\n" + LINE)

        assert [label.position for label in parsed.labels] == [1, 8]
        assert [reject.line for reject in parsed.rejects] == [3, 4, 5, 6, 7]
        assert [
            word in reject.reason
            for reject, word in zip(
                parsed.rejects, ["not a ground truth", "no eventId", "BASE64", "empty", "groundTruthData"], strict=True
            )
        ] == [True] * 5
        assert parsed.rejects[0].quoted == "{not json"

    def test_a_number_for_data_is_taken_as_its_text(self) -> None:
        assert taken("x.jsonl", LINE.replace(b'"1"', b"0.5")) == [("a", "0.5", "CSV", 1)]

    def test_a_file_of_something_else_is_refused_as_a_whole(self) -> None:
        with pytest.raises(InvalidInputError, match="none of 2 lines is a label"):
            parse_labels("x.jsonl", b"a,b\nc,d\n")

    def test_an_empty_file_has_no_labels(self) -> None:
        assert taken("x.jsonl", b"") == []


class TestTables:
    def test_csv_by_its_header_other_columns_left_alone(self) -> None:
        body = b'when,Label,inference_id\r\nx,1,a\r\nx,"New York, NY",b\r\nx,,c\r\nx,"[1, 0]",d\r\nx,1\r\n'
        parsed = parse_labels("ground-truth/shop/2026/03/01/10/x.csv", body)

        assert [(label.id, label.data, label.encoding) for label in parsed.labels] == [
            ("a", "1", "CSV"),
            ("b", '"New York, NY"', "CSV"),
            ("d", "[1, 0]", "JSON"),
        ]
        assert [(reject.line, reject.reason) for reject in parsed.rejects] == [
            (4, "the label is empty"),
            (6, "2 cells for 3 columns"),
        ]

    def test_csv_packed(self) -> None:
        assert taken("x.csv.gz", gzip.compress(b"event_id,label\na,1\n")) == [("a", "1", "CSV", 2)]

    def test_csv_without_the_columns_is_refused(self) -> None:
        with pytest.raises(InvalidInputError, match="columns id, truth") as refused:
            parse_labels("x.csv", b"id,truth\na,1\n")
        assert "inference_id" in refused.value.expected

    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            ("('a', 1), ('b', NULL)", [("a", "1", "CSV", 1)]),
            ("('a', 0.5::DOUBLE), ('b', 'nan'::DOUBLE)", [("a", "0.5", "CSV", 1)]),
            ("('a', true), (NULL, false)", [("a", "true", "CSV", 1)]),
            ("('a', [1, 0]), ('b', NULL)", [("a", "[1,0]", "JSON", 1)]),
            ("('a', 0.1::FLOAT), ('b', NULL)", [("a", "0.1", "CSV", 1)]),
        ],
    )
    def test_parquet(self, tmp_path: Path, values: str, expected: list[tuple[str, str, str, int]]) -> None:
        path = tmp_path / "x.parquet"
        duckdb.execute(f"COPY (SELECT * FROM (VALUES {values}) t(inference_id, label)) TO '{path}' (FORMAT parquet)")

        assert taken("anything", path.read_bytes()) == expected
        assert len(parse_labels("anything", path.read_bytes()).rejects) == 1

    @pytest.mark.parametrize("name", ["x.parquet", "x.csv.gz", "x.jsonl"])
    def test_damaged_files_are_refused(self, name: str) -> None:
        with pytest.raises(InvalidInputError):
            parse_labels(name, b"\x1f\x8b\x00damaged")


@pytest.mark.parametrize(
    ("data", "encoding", "rows", "expected"),
    [
        ("1", "CSV", 1, ["1"]),
        ("1\n", "CSV", 1, ["1"]),
        ("1\n0", "CSV", 2, ["1", "0"]),
        ("1,0,1", "CSV", 3, ["1", "0", "1"]),
        ("1,0", "CSV", 1, ["1,0"]),
        ('"a,b"', "CSV", 1, ["a,b"]),
        ("[1, 0]", "JSON", 2, ["1", "0"]),
        ("[1, 0]", "JSON", 1, ["[1,0]"]),
        ("[[1], [0]]", "JSON", 2, ["1", "0"]),
        ('{"label": 1}', "JSON", 1, ["1"]),
        ('{"label": true}', "JSON", 1, ["true"]),
        ('{"labels": [1, 0]}', "JSON", 2, ["1", "0"]),
        ('[{"label": 1}, {"label": 0}]', "JSON", 2, ["1", "0"]),
        ('{"label": 1, "weight": 2}', "JSON", 1, ['{"label":1,"weight":2}']),
    ],
)
def test_a_label_per_row(data: str, encoding: str, rows: int, expected: list[str]) -> None:
    assert label_rows(Label("a", data, encoding, 1), rows) == expected


@pytest.mark.parametrize(
    ("data", "encoding", "rows", "says"),
    [
        ("1\n0", "CSV", 1, "2 labels for an inference of 1 rows"),
        ("1", "CSV", 3, "1 labels for an inference of 3 rows"),
        ("1,0", "CSV", 3, "1 labels for an inference of 3 rows"),
        ('{"label": 1}', "JSON", 2, "1 labels for an inference of 2 rows"),
        ('{"a": 1, "b": 2}', "JSON", 2, "1 labels for an inference of 2 rows"),
        ("{", "JSON", 1, "cannot be read"),
        ('"open', "CSV", 1, "cannot be read"),
    ],
)
def test_another_number_of_labels_is_rejected_with_both_counts(data: str, encoding: str, rows: int, says: str) -> None:
    with pytest.raises(LabelCountError, match=says):
        label_rows(Label("a", data, encoding, 1), rows)


class TestBounds:
    def test_a_long_cell_costs_its_row_alone(self) -> None:
        long = b"x" * 200_000
        body = b"inference_id,label,note\na,1,\nb,0," + long + b"\nc," + b"y" * (LONGEST_LABEL + 1) + b",\nd,1,\n"

        parsed = parse_labels("x.csv", body)

        assert [label.id for label in parsed.labels] == ["a", "b", "d"]
        assert [(reject.line, "1,048,577 characters" in reject.reason) for reject in parsed.rejects] == [(4, True)]

    def test_a_long_label_of_a_json_line_costs_its_line_alone(self) -> None:
        parsed = parse_labels("x.jsonl", LINE + LINE.replace(b'"data":"', b'"data":"' + b"1" * (LONGEST_LABEL + 1)))

        assert len(parsed.labels) == len(parsed.rejects) == 1
        assert len(parsed.rejects[0].quoted) <= 200

    @pytest.mark.parametrize("name", ["x.jsonl", "x.csv", "x.parquet"])
    def test_gzip_that_unpacks_without_end_is_refused(self, name: str) -> None:
        body = gzip.compress(b" " * (3 << 20))

        with pytest.raises(InvalidInputError, match="more than 2 MB, unpacked"):
            label_tables.parse_labels(name, body, TABLES.parquet_labels, unpacked_bytes=2 << 20)


@pytest.mark.parametrize("name", ["labels.csv", "labels.jsonl", "labels.parquet"])
def test_more_labels_than_there_is_memory_for_are_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labels, "MOST_LABELS", 5)
    bodies = {
        "labels.csv": lambda count: "inference_id,label\n" + "".join(f"i{at},1\n" for at in range(count)),
        "labels.jsonl": lambda count: "".join(
            f'{{"groundTruthData":{{"data":"1","encoding":"CSV"}},"eventMetadata":{{"eventId":"i{at}"}}}}\n'
            for at in range(count)
        ),
    }

    def parsed(count: int) -> ParsedLabels:
        if name in bodies:
            return parse_labels(name, bodies[name](count).encode())
        with duckdb.connect() as database:
            query = f"SELECT 'i' || range AS inference_id, 1 AS label FROM range({count})"
            database.execute(f"COPY ({query}) TO '{tmp_path}/{name}'")
        return parse_labels(name, (tmp_path / name).read_bytes())

    assert len(parsed(5).labels) == 5
    with pytest.raises(InvalidInputError, match=f"{name}: more than 5 labels in one file. Expected: at most 5"):
        parsed(6)
