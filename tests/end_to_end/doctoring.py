"""`driftline doctor` against the embedded cloud, with the credentials of somebody."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from driftline.cli import app
from local.cloud import EmbeddedCloud


@dataclass(frozen=True)
class Seen:
    """What the command printed as JSON, and its exit code."""

    code: int
    lines: list[dict[str, str]]

    @property
    def wrong(self) -> list[str]:
        """The texts of all lines that are not ok."""
        return [line["text"] for line in self.lines if line["state"] != "ok"]

    def of(self, check: str) -> list[dict[str, str]]:
        return [line for line in self.lines if line["check"] == check]

    def text(self, check: str) -> str:
        """The first line of a check that is not ok, or its only line."""
        found = self.of(check)
        return next((line for line in found if line["state"] != "ok"), found[0])["text"]

    def state(self, check: str) -> str:
        found = self.of(check)
        return next((line for line in found if line["state"] != "ok"), found[0])["state"]

    def fault(self, check: str) -> str:
        """The text of a check's only fault; every fault says what to do."""
        [found] = [line for line in self.of(check) if line["state"] == "fault"]
        assert found["mend"]
        return found["text"]

    def mend(self, check: str) -> str:
        return next(line["mend"] for line in self.of(check) if line["state"] != "ok")


class Doctor:
    """The command as its user calls it."""

    def __init__(
        self, cloud: EmbeddedCloud, monkeypatch: pytest.MonkeyPatch, credentials: Mapping[str, str] | None = None
    ) -> None:
        for name, value in {**cloud.environment, **(credentials or {})}.items():
            monkeypatch.setenv(name, value)

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, ["doctor", *arguments])

    def look(self, *arguments: str) -> Seen:
        ran = self.run(*arguments, "--json")
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        return Seen(ran.exit_code, json.loads(ran.stdout)["lines"])


def make_function(cloud: EmbeddedCloud, name: str) -> None:
    """A function that does nothing: what a retraining may start."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\n    return None\n")
    functions: Any = cloud.client("lambda")
    role = functions.get_function_configuration(FunctionName="driftline-check-freshness")["Role"]
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": buffer.getvalue()},
    )
