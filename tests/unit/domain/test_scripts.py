"""A script is checked before it runs: syntax, handler, and modules that AWS Lambda has."""

import re
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from driftline.domain.scripts import PACKAGES, ScriptProblem, script_problems

FLAT = str.maketrans("-.", "__")
ROOT = Path(__file__).parents[3]
HANDLER = "\ndef preprocess_handler(record):\n    return {}\n"


def found(source: str) -> list[tuple[int, str]]:
    problems = script_problems((source + HANDLER).encode(), "preprocess_handler")
    return [(problem.line, problem.what) for problem in problems]


@pytest.mark.parametrize(
    ("source", "line", "module"),
    [
        ("import pandas as pd", 1, "pandas"),
        ("import json\nfrom scipy.stats import norm", 2, "scipy"),
        ("def f():\n    import sklearn.tree", 2, "sklearn"),
        ("import importlib\nimportlib.import_module('pandas.io')", 2, "pandas"),
        ("__import__('pandas')", 1, "pandas"),
        ("from . import helper", 1, "."),
        ("from .helper import x", 1, ".helper"),
        ("try:\n    import pandas\nexcept ValueError:\n    pass", 2, "pandas"),
        ("try:\n    pass\nexcept ImportError:\n    import pandas", 4, "pandas"),
        ("if True:\n    import pandas", 2, "pandas"),
    ],
)
def test_modules_that_are_not_there(source: str, line: int, module: str) -> None:
    assert found(source) == [(line, f"it imports {module}, which AWS Lambda does not have here")]


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np, json, csv, xml.etree.ElementTree",
        "import ruamel.yaml, boto3, dateutil.parser, zoneinfo",
        "try:\n    import pandas\nexcept ImportError:\n    pandas = None",
        "try:\n    import pandas\nexcept (ValueError, ModuleNotFoundError):\n    pandas = None",
        "try:\n    import pandas\nexcept:\n    pandas = None",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pandas",
        "import importlib\nname = 'pandas'\nimportlib.import_module(name)",
    ],
)
def test_modules_that_are_there_or_not_needed(source: str) -> None:
    assert found(source) == []


def test_every_problem_is_listed_once_in_the_order_of_lines() -> None:
    source = b"import pandas, pandas\nimport scipy\n"

    problems = script_problems(source, "postprocess_handler")

    assert [(problem.line, problem.what.split()[2]) for problem in problems] == [
        (1, "pandas,"), (1, "no"), (2, "scipy,"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "source",
    [
        "def preprocess_handler(record): ...",
        "preprocess_handler = lambda record: []",
        "if True:\n    def preprocess_handler(record): ...",
        "from numpy import *",
        "from json import loads as preprocess_handler",
    ],
)
def test_a_handler_can_be_bound_in_many_ways(source: str) -> None:
    assert script_problems(source.encode(), "preprocess_handler") == []


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (b"x = 1", ScriptProblem(1, "it has no function preprocess_handler", "Define preprocess_handler at the top level.")),
        (b"class A:\n    def preprocess_handler(self): ...", None),
        (b"\xff", ScriptProblem(1, "it is not UTF-8 text", "Save it as UTF-8.")),
        (b"x = (\n", ScriptProblem(1, "SyntaxError: '(' was never closed")),
        (b"x = '\0'", None),
    ],
)  # fmt: skip
def test_scripts_that_cannot_run(source: bytes, problem: ScriptProblem | None) -> None:
    problems = script_problems(source, "preprocess_handler")

    assert len(problems) == 1
    assert problem in {None, problems[0]}


def test_the_modules_are_those_of_the_layer_and_the_runtime() -> None:
    """What AWS Lambda's runtime for Python 3.13 brings: boto3 and what it needs, all of which scripts may import."""
    runtime = {"boto3", "botocore", "s3transfer", "dateutil", "six"}
    text = "".join((ROOT / f"layers/{layer}/requirements.txt").read_text() for layer in ("dependencies", "tables"))
    locked = {name.lower().translate(FLAT) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}
    of_layer = {
        module
        for module, distributions in packages_distributions().items()
        if {name.lower().translate(FLAT) for name in distributions} & locked and not module.startswith("_")
    }

    extras = {"adbc_driver_duckdb", "slack"}  # parts of packages that nobody imports by themselves
    assert set(PACKAGES) == of_layer - extras | runtime | {"driftline"}


def test_the_reference_names_the_modules() -> None:
    """Those that make sense in a script."""
    text = (ROOT / "docs/reference/scripts.md").read_text()

    for module in ("numpy", "duckdb", "msgspec", "pydantic", "jinja2", "ruamel", "jmespath", "urllib3", "boto3"):
        assert module in PACKAGES
        assert module in text
