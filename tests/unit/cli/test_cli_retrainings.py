"""`driftline approve` and `driftline retrainings` over a folder."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from driftline.adapters.folder.store import FolderStore
from driftline.cli import app
from driftline.cli.exits import ExitCode
from driftline.domain.retraining.audit import Decision
from driftline.usecases.retraining.retraining_ends import RunEnd
from tests.retraining import ENDPOINT, HOUR, World, alarm, document

NOW = datetime.now(UTC)


def driftline(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


def world_at(root: Path, body: bytes) -> World:
    """A world whose bucket is a folder."""
    world = World(body)
    store = FolderStore(root)
    store.put(f"monitors/{ENDPOINT}.yaml", body)
    world.store = store  # type: ignore[assignment]
    return world


MANUAL = document("approval: manual, approval_expires: PT6H, minimum_labelled_rows: 0")


def test_an_approval_is_a_file_that_starts_what_waits_for_it(root: Path) -> None:
    # Given a request that waits
    world = world_at(root, MANUAL)
    request = world.retrainer.answer_alarm(alarm(NOW - HOUR)).id
    listed = driftline("retrainings", ENDPOINT, "--store", root)
    assert f"driftline approve churn {request} --store {root}" in listed.output
    # When it is approved
    result = driftline("approve", ENDPOINT, request, "--store", root, "--by", "ana", "--why", "a new\x1b[31m tariff")
    # Then the file is there, and what comes of its event names who approved
    assert result.exit_code == ExitCode.COMPLETED, result.output
    file = root / "approvals" / ENDPOINT / f"{request}.json"
    assert json.loads(file.read_text()) == {"by": "ana", "why": "a new\x1b[31m tariff"}
    assert world.approve(request, NOW, by="ana").decision is Decision.STARTED
    listed = driftline("retrainings", ENDPOINT, "--store", root)
    assert "driftline approve" not in listed.output


@pytest.mark.parametrize(
    "request_id", ["r20260302-140000-3f2a9c1b7d20", "../../monitors/churn", "<!channel>", "x" * 300]
)
def test_what_nobody_asked_for_cannot_be_approved(root: Path, request_id: str) -> None:
    result = driftline("approve", ENDPOINT, request_id, "--store", root)
    assert result.exit_code == ExitCode.FAILED
    assert "unknown request" in result.output
    assert not (root / "approvals").exists()


def test_what_expired_or_was_refused_cannot_be_approved(root: Path) -> None:
    world = world_at(root, MANUAL)
    late = world.retrainer.answer_alarm(alarm(NOW - 7 * HOUR)).id
    refused = world.retrainer.answer_alarm(alarm(NOW - 6 * HOUR, "f1")).id
    assert "the request expired at" in driftline("approve", ENDPOINT, late, "--store", root).output
    assert "its decision is refused" in driftline("approve", ENDPOINT, refused, "--store", root).output


def test_decisions_are_listed_the_newest_first_with_reasons_and_ends(root: Path) -> None:
    world = world_at(root, document())
    first = world.retrainer.answer_alarm(alarm())
    world.retrainer.answer_alarm(alarm(alarm().changed_at + HOUR))
    world.retrainer.note_end(RunEnd("Succeeded", alarm().changed_at + 2 * HOUR, id=first.id))
    result = driftline("retrainings", ENDPOINT, "--store", root, "--json")
    found = json.loads(result.output)["retrainings"]
    assert [(each["decision"], each["guard"]) for each in found] == [("refused", "lease"), ("started", None)]
    assert found[1]["ended"] == {"at": "2026-03-02T16:00:00Z", "outcome": "Succeeded", "took": 7200.0}
    assert found[0]["ended"] is None
    text = driftline("retrainings", ENDPOINT, "--store", root).output
    assert "Succeeded 2026-03-02T16:00:00Z" in text
    assert driftline("retrainings", ENDPOINT, "--store", root, "-n", 1, "--json").output.count('"decision"') == 1


def test_nothing_is_said_in_words(root: Path) -> None:
    said = driftline("retrainings", ENDPOINT, "--store", root).output
    assert "No alarm of churn has requested" in said
    assert "reports/churn/retraining" in said


def test_a_record_that_nobody_can_read_does_not_hide_the_others(root: Path) -> None:
    world = world_at(root, document())
    world.retrainer.answer_alarm(alarm())
    odd = root / "reports" / ENDPOINT / "retraining" / "2026" / "03" / "02" / "r99.json"
    odd.write_text("{")
    assert "started" in driftline("retrainings", ENDPOINT, "--store", root).output


def test_control_characters_of_a_reason_do_not_reach_the_terminal(root: Path) -> None:
    world = world_at(root, document())
    name = "driftline/churn/model_quality/\x1b[31m[red]"
    world.retrainer.answer_alarm(alarm().model_copy(update={"name": name, "label": "\x1b[31m[red]"}))
    shown = driftline("retrainings", ENDPOINT, "--store", root).output
    assert "\x1b[31m" not in shown
    assert "[red]" in shown
