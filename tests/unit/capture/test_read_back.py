"""Records are read by Driftline's own functions: as CSV, JSON and BASE64, from all that writes them."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from driftline.adapters.folder.store import FolderStore
from driftline.capture import Capture, CaptureMiddleware, CloudEventsReceiver
from driftline.cli import app as command_line
from driftline.usecases.capture.profile_capture import CaptureProfiled
from tests.captures import profile_file
from tests.capturing import answering, call, ids, lines
from tests.unit.capture.test_events import kserve, seldon


def profiled(store: Path) -> CaptureProfiled:
    [path] = (store / "capture").rglob("*.jsonl")
    return profile_file(path.relative_to(store).as_posix(), FolderStore(store))


def rows(store: Path) -> list[dict[str, Any]]:
    [path] = (store / "state" / "records").rglob("*.parquet")
    with duckdb.connect() as database:
        found = database.execute(f"SELECT * FROM '{path}' ORDER BY event_id, row")
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.mark.parametrize(
    ("content_type", "given", "answer", "expected"),
    [
        ("text/csv", b"3,basic\n4,pro\n", b"0.5\n0.6\n",
         [{"output[0]": "0.5", "input[0]": "3", "input[1]": "basic"}, {"output[0]": "0.6", "input[0]": "4", "input[1]": "pro"}]),
        ("application/json", '{"age": 3, "plan": "é"}'.encode(), b'{"score": 0.5}',
         [{"output.score": "0.5", "input.age": "3", "input.plan": "é"}]),
        ("application/octet-stream", b'{"instances": [[3, 4]]}', b'{"predictions": [0.5]}',
         [{"output.predictions[0]": "0.5", "input[0]": "3", "input[1]": "4"}]),
    ],
    ids=["CSV", "JSON", "BASE64"],
)  # fmt: skip
def test_what_the_middleware_wrote_is_profiled(
    tmp_path: Path, content_type: str, given: bytes, answer: bytes, expected: list[dict[str, str]]
) -> None:
    capture = Capture(tmp_path / "capture", endpoint="churn")
    app = CaptureMiddleware(answering(answer, content_type=content_type), capture)
    answered = call(app, given, {"Content-Type": content_type})
    assert capture.flush(30)
    done = profiled(tmp_path)
    assert (done.records, done.rejected) == (1, 0)
    found = rows(tmp_path)
    assert [{name: row[name] for name in expected[0] if name in row} for row in found] == expected
    assert {row["inference_id"] for row in found} == {
        value.decode() for name, value in answered.headers if b"id" in name
    }


def test_what_kserve_and_seldon_sent_is_profiled(tmp_path: Path) -> None:
    for store, headers, given, answer, output in (
        ("kserve", kserve, b'{"instances": [[3, 4], [5, 6]]}', b'{"predictions": [0.5, 0.6]}', "output.predictions[0]"),
        (
            "seldon",
            seldon,
            b'{"data": {"ndarray": [[3, 4], [5, 6]]}}',
            b'{"data": {"ndarray": [0.5, 0.6]}}',
            "output[0]",
        ),
    ):
        capture = Capture(tmp_path / store / "capture")
        receiver = CloudEventsReceiver(capture)
        for half, body in (("request", given), ("response", answer)):
            assert call(receiver, body, headers(half)).status == 200
        assert capture.flush(30)
        assert profiled(tmp_path / store).rows == 2
        assert [(row["input[0]"], row["input[1]"], row[output]) for row in rows(tmp_path / store)] == [
            ("3", "4", "0.5"), ("5", "6", "0.6"),
        ]  # fmt: skip


def test_the_command_line_ingests_what_the_plain_function_recorded(tmp_path: Path) -> None:
    """The whole way on a laptop."""
    hour = 1_772_373_600  # 2026-03-01T14:00Z
    (tmp_path / "monitors").mkdir()
    (tmp_path / "monitors" / "churn.yaml").write_text(
        "endpoint: churn\ncolumns: {output: [score], input: [age, email]}\nmonitors: {data_quality: {}}\n"
    )
    capture = Capture(tmp_path / "capture", endpoint="churn", redact=["input.email"])
    for number in range(200):
        capture.record(
            {"age": 20 + number % 50, "email": "a@b.example"},
            {"score": number % 10 / 10},
            time=hour + number,
            inference_id=f"id-{number}",
        )
    assert capture.flush(30)
    assert len(ids(lines(tmp_path / "capture"))) == 200
    result = CliRunner().invoke(command_line, ["ingest", "--store", str(tmp_path), "--json"])
    assert result.exit_code == 0, result.output
    [file] = json.loads(result.stdout)["files"]
    assert (file["rows"], file["rejected"]) == (200, 0)
    assert all(b"a@b.example" not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
