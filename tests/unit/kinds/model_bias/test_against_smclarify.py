"""All metrics, errors and texts equal smclarify's, and rates fairlearn's, over generated tables.

Their pins conflict with ours, so they get an environment of their own, made once under .cache/.
"""

import csv
import io
import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driftline.domain.errors import InvalidInputError
from driftline.kinds.model_bias.rules.basic_stats import (
    GroupStatistics,
    Outcomes,
    group_statistics,
    performance,
)
from driftline.kinds.model_bias.rules.columns import Coded, Value, clarify_type, type_of
from driftline.kinds.model_bias.rules.counts import Counts, Rows
from driftline.kinds.model_bias.rules.facets import Criterion
from driftline.kinds.model_bias.rules.flip_test import flip_test
from driftline.kinds.model_bias.rules.metrics import METRICS
from driftline.kinds.model_bias.rules.report import Report, report
from driftline.kinds.model_bias.rules.tables import Tables, Tabulated
from tests.environment import OWN
from tests.executing import suggest_in
from tests.fakes import InMemoryStore
from tests.places import REPOSITORY

pytestmark = pytest.mark.long

PACKAGES = ("pandas<3", "numpy", "scikit-learn", "pyfunctional", "fairlearn==0.15.0")
SMCLARIFY = "smclarify==0.5"
ENVIRONMENT = REPOSITORY / ".cache" / "smclarify-0.5"
SCRIPT = REPOSITORY / "bench" / "peers" / "smclarify_report.py"

type Case = dict[str, Any]

TEXTS: list[Value] = ["F", "M", "X", "Ünal, A."]
SEED = 20_261_130


@pytest.fixture(scope="module")
def oracle_python() -> Path:
    """A Python with smclarify and only what its metrics need."""
    python, ready = ENVIRONMENT / "bin" / "python", ENVIRONMENT / ".ready"
    if not ready.exists():
        uv = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
        install = [uv, "pip", "install", "--python", str(python)] if uv else [str(python), "-m", "pip", "install"]
        subprocess.run([*install, "--quiet", *PACKAGES], env=OWN, check=True)
        subprocess.run([*install, "--quiet", "--no-deps", SMCLARIFY], env=OWN, check=True)
        ready.touch()
    return python


def case(number: int) -> Case:
    """A table: its facet, label, predictions and group variable vary with the number."""
    generator = np.random.default_rng([SEED, number])
    rows = int(generator.integers(4, 160))
    continuous_facet, continuous_label = number % 5 == 0, number % 7 == 0
    share = float(generator.choice([0.05, 0.3, 0.5, 0.9]))
    columns: dict[str, list[Value | None]] = {
        "number": generator.normal(size=rows).round(3).tolist(),
        "whole": [float(each) for each in generator.normal(size=rows)],
    }
    facet: list[Value] = []
    if continuous_facet:
        values = generator.normal(40, 15, size=rows).round(2)
        columns["facet"] = values.tolist()
        facet = [float(generator.choice([30.5, values.max(), values.max() + 5]))]
        facet = facet if number % 2 else [45]
        if number % 3 == 1:  # texts of whole numbers are numbers, too
            columns["facet"] = [str(int(each)) for each in values]
            facet = [int(facet[0])] if number % 2 else ["45"]
    else:
        names: list[Value | None] = [*TEXTS[: 2 + number % 3], *([None] if number % 4 == 1 else [])]
        columns["facet"] = [names[each] for each in generator.integers(0, len(names), rows)]
        facet = ([["F"], ["F", "X"], [], ["never"]] * 2)[number % 8]  # type: ignore[assignment]
    label = generator.random(rows) < share
    predicted = np.where(generator.random(rows) < 0.8, label, ~label) & (number % 13 != 12)
    positives: list[Value]
    if continuous_label:
        columns["label"], columns["predicted"] = (
            (each + generator.random(rows)).round(4).tolist() for each in (label, predicted)
        )
        positives = [1.0]
    elif number % 3 == 0:
        spelled = ["bad", "good"]
        columns["label"], columns["predicted"] = (
            [spelled[each] for each in side] for side in (label.astype(int), predicted.astype(int))
        )
        positives = ["good"]
    else:
        rows_needed = max(0, 44 - rows)  # or Clarify takes 0 and 1 for numbers
        for name, values_ in list(columns.items()):
            columns[name] = values_ + values_[:1] * rows_needed
        label, predicted = (np.append(each, np.resize(each, rows_needed)) for each in (label, predicted))
        columns["label"], columns["predicted"] = (each.astype(int).tolist() for each in (label, predicted))
        positives = [1] if number % 2 else ["1"]
    group = {0: None, 1: "strata", 2: "years"}[number % 3]
    size = len(columns["label"])
    columns["strata"] = [f"s{each}" for each in generator.integers(0, 3, size)]
    columns["years"] = generator.integers(0, 14, size).tolist()
    if number % 2:  # texts among the features: then there is no flip test
        del columns["strata"]
        group = "years" if group == "strata" else group
    by_rates = columns["label"][0] in {0, 1} and bool(facet) and not continuous_facet
    return {"columns": columns, "facet": facet, "positives": positives, "group_variable": group, "rates": by_rates}


def as_number(value: object) -> float:
    """As pandas reads it, if it is a number."""
    if isinstance(value, str):
        return int(value) if value.isdigit() else 0
    return value  # type: ignore[return-value]


def ours(given: Case) -> tuple[Report, dict[str, Tables]]:
    columns = {name: Coded.of(values) for name, values in given["columns"].items()}
    facet = Criterion("facet", tuple(given["facet"]), type_of(columns["facet"], given["facet"]))
    label = Criterion("label", tuple(given["positives"]), type_of(columns["label"], given["positives"]))
    assert facet.type.data is clarify_type(columns["facet"], given["facet"]) or len(columns["facet"].values) <= 2
    group = columns[given["group_variable"]] if given["group_variable"] else None
    rows = Rows({"facet": (facet, columns["facet"])}, label, columns["label"], columns["predicted"], group)
    counts = Counts.of(rows)
    order = [str(each) for each in columns["facet"].values]
    found = report(counts, {"facet": facet}, label, orders={"facet": order}, flips=flips(given, facet, label, order))
    tables = {"": Tabulated.of(counts.facets["facet"], label.texts).tables(facet.texts)}
    return found, tables


def flips(given: Case, facet: Criterion, label: Criterion, order: list[str]) -> dict[tuple[str, str], float | str]:
    features = {name: each for name, each in given["columns"].items() if name not in {"facet", "label", "predicted"}}
    if any(isinstance(values[0], str) for values in features.values()):
        entries = [facet.text(0)] if facet.values and not facet.continuous else order
        highest = max((as_number(each) for each in given["columns"]["facet"] if each is not None), default=0)
        entries = [facet.text(highest)] if facet.continuous else entries
        return {("facet", each): "FlipTest does not support non-numeric columns" for each in entries}
    matrix = np.array(list(features.values()), dtype=np.float64).T
    values = given["columns"]["facet"]
    predicted = (
        np.array(given["columns"]["predicted"]) > label.threshold
        if label.continuous
        else np.array([str(each) in label.texts for each in given["columns"]["predicted"]])
    )
    found: dict[tuple[str, str], float | str] = {}
    if facet.continuous:
        numbers = np.array([as_number(each) for each in values])
        text = facet.text(numbers.max().item())
        groups = {text: (numbers > facet.threshold) & bool(text)}
    elif facet.values:
        groups = {facet.text(None): np.array([each in facet.values for each in values])}
    else:
        groups = {name: np.array([each == name for each in values]) for name in order}
    for text, members in groups.items():
        try:
            found["facet", text] = flip_test(matrix, members, predicted).value
        except ValueError as error:
            found["facet", text] = str(error)
    return found


CASES = [case(number) for number in range(84)]


@pytest.fixture(scope="module")
def expected(oracle_python: Path) -> list[dict[str, Any]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        [str(oracle_python), str(SCRIPT)],
        input=json.dumps(CASES),
        capture_output=True,
        text=True,
        check=False,
        env=environment | {"PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.mark.parametrize("stage", ["pre", "post"])
@pytest.mark.parametrize("number", range(len(CASES)))
def test_a_report_equals_smclarifys(expected: list[dict[str, Any]], number: int, stage: str) -> None:
    theirs, (found, _) = expected[number][stage], ours(CASES[number])
    section = getattr(found.analysis, f"{stage}_training_bias_metrics")
    if isinstance(theirs, str):
        assert section is None or theirs in found.problems, (theirs, found.problems)
        return
    assert section is not None
    # Rows without a value of the facet are an entry of their own there, which has nothing but errors.
    entries = [each for each in theirs if each["value_or_threshold"] not in {"nan", "None"}]
    assert [each.value_or_threshold for each in section.facets["facet"]] == [
        each["value_or_threshold"] for each in entries
    ]
    for entry, reported in zip(section.facets["facet"], entries, strict=True):
        for metric, theirs_of in zip(entry.metrics, reported["metrics"], strict=True):
            assert (metric.name, metric.description) == (theirs_of["name"], theirs_of["description"])
            assert metric.error == theirs_of.get("error"), (number, metric)
            value = theirs_of["value"]
            if isinstance(value, str):
                assert metric.value == {"Infinity": math.inf, "-Infinity": -math.inf}[value]
            elif metric.name == "GE":  # which Clarify adds up row by row
                assert metric.value == pytest.approx(value, rel=1e-12)
            elif metric.name == "LP" and value is not None:  # whose last bit depends on the processor there
                assert metric.value == pytest.approx(value, rel=4e-16, abs=0)
            else:
                assert metric.value == value, (number, metric)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize("number", range(len(CASES)))
def test_a_file_suggests_the_bytes_of_that_report(number: int, form: str) -> None:
    given, folder = CASES[number], "baselines/loans/model_bias/"
    body = csv_of(given) if form == "csv" else lines_of(given)
    files = {"analysis_config.json": config_of(given), f"input/data.{form}": body}
    store = InMemoryStore(objects={f"{folder}{name}": content for name, content in files.items()})
    store.objects["monitors/loans.yaml"] = b"endpoint: loans\nmonitors: {model_bias: {}}\n"
    expected = ours(given)[0].analysis
    if not any(True for _ in expected.sections()):
        with pytest.raises(InvalidInputError, match="can be used"):
            suggest_in(store, "loans", "model_bias")
        return
    suggest_in(store, "loans", "model_bias")
    assert store.objects[f"{folder}analysis.json"].decode() == expected.to_json()


def config_of(given: Case) -> bytes:
    config = {
        "label": "label",
        "predicted_label": "predicted",
        "label_values_or_threshold": given["positives"],
        "facet": [{"name_or_index": "facet", "value_or_threshold": given["facet"]}],
        "group_variable": given["group_variable"],
        "methods": {stage: {"methods": "all"} for stage in ("pre_training_bias", "post_training_bias")},
    }
    return json.dumps({name: value for name, value in config.items() if value is not None}).encode()


def lines_of(given: Case) -> bytes:
    names, columns = list(given["columns"]), list(given["columns"].values())
    return "".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in zip(*columns, strict=True)).encode()


def csv_of(given: Case) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(given["columns"])
    writer.writerows(zip(*given["columns"].values(), strict=True))
    return file.getvalue().encode()


def test_all_kinds_of_results_occur(expected: list[dict[str, Any]]) -> None:
    reports = [each[stage] for each in expected for stage in ("pre", "post")]
    metrics = [metric for each in reports if isinstance(each, list) for entry in each for metric in entry["metrics"]]

    assert sum(isinstance(each, str) for each in reports) > 0
    assert {metric["name"] for metric in metrics if isinstance(metric["value"], float)} == set(METRICS)
    assert {"Infinity", "-Infinity"} <= {metric["value"] for metric in metrics if isinstance(metric["value"], str)}
    assert len({metric["error"] for metric in metrics if "error" in metric}) >= 8


def test_rates_equal_fairlearns(expected: list[dict[str, Any]]) -> None:
    compared = 0
    for given, theirs in zip(CASES, expected, strict=True):
        if theirs["rates"] is None:
            continue
        (tables,) = ours(given)[1].values()
        for name, rates in theirs["rates"].items():
            sides = METRICS[name].sides
            assert sides is not None
            if METRICS[name].refusal(tables) is None:
                assert sides(tables) == pytest.approx(rates, abs=1e-15)
                compared += 1
    assert compared >= 30


def test_statistics_equal_smclarifys(expected: list[dict[str, Any]]) -> None:
    compared = 0
    for given, theirs in zip(CASES, expected, strict=True):
        if isinstance(theirs["statistics"], str) or not given["facet"]:
            continue
        (tables,) = ours(given)[1].values()
        everyone, found = Outcomes.of(tables.both.sum(axis=0)), group_statistics(tables)
        model = {
            name: {"Infinity": math.inf}.get(value, value) for name, value in theirs["statistics"]["model"].items()
        }
        assert performance(everyone) == pytest.approx(model, rel=1e-15)
        assert everyone.fractions() == tuple(theirs["statistics"]["confusion"])
        if tables.labels[1].any():
            ((proportion, labels, confusion),) = theirs["statistics"]["groups"].values()
            assert found == GroupStatistics(proportion, tuple(labels), tuple(confusion))
            compared += 1
    assert compared >= 30
