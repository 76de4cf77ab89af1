"""The Makefile, and those who call it: CI, GitHub's workflow and the commit hooks name targets that are there."""

import re

import pytest
from ruamel.yaml import YAML

from tests.places import REPOSITORY

MAKEFILE = (REPOSITORY / "Makefile").read_text("utf-8")
DOCUMENTED = set(re.findall(r"^([a-z-]+):.*##", MAKEFILE, re.MULTILINE))


def test_every_target_is_in_the_help() -> None:
    (phony,) = re.findall(r"^\.PHONY:((?:[^\n\\]|\\\n)*)", MAKEFILE, re.MULTILINE)
    assert set(phony.replace("\\", "").split()) == DOCUMENTED
    assert set(re.findall(r"^([a-z-]+):(?!=)", MAKEFILE, re.MULTILINE)) == DOCUMENTED


@pytest.mark.parametrize("file", [".ci/run", ".github/workflows/ci.yml", ".pre-commit-config.yaml"])
def test_who_calls_it_names_its_targets(file: str) -> None:
    called = re.findall(r"(?:exec|run:|entry:) make ([a-z-]+)", (REPOSITORY / file).read_text("utf-8"))
    assert called
    assert set(called) <= DOCUMENTED


def test_the_workflow_runs_what_ci_runs() -> None:
    workflow = YAML(typ="safe").load((REPOSITORY / ".github/workflows/ci.yml").read_text("utf-8"))
    job = workflow["jobs"]["test"]
    assert set(re.findall(r"'([a-z-]+)'", job["env"]["TARGET"])) == {"test-all", "test"} <= DOCUMENTED
    assert 'make "$TARGET"' in [step.get("run") for step in job["steps"]]
    assert workflow["permissions"] == {}
    pinned = [step["uses"] for step in job["steps"] if "uses" in step]
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", each) for each in pinned)


def test_a_commit_fetches_nothing() -> None:
    """Every hook is local and runs what is in .venv, or a target."""
    config = YAML(typ="safe").load((REPOSITORY / ".pre-commit-config.yaml").read_text("utf-8"))
    assert [repository["repo"] for repository in config["repos"]] == ["local"]
    for hook in config["repos"][0]["hooks"]:
        assert hook["language"] == "system"
        assert hook["entry"].startswith((".venv/bin/", "make "))
