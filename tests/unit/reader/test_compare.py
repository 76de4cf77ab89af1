"""`driftline.compare`: tables in memory give what files of the same rows give."""

import datetime as dt
import decimal
import json
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import driftline
from driftline.domain.drift.stability import METHOD
from driftline.domain.errors import InvalidInputError
from driftline.reader import read_execution
from driftline.reader.comparison import Comparison, ViolationsError
from tests.unit.cli.test_cli_check import rows


@pytest.fixture(scope="module")
def january() -> pd.DataFrame:
    return pd.DataFrame(rows(1000, seed=1))


@pytest.fixture(scope="module")
def february() -> pd.DataFrame:
    return pd.DataFrame(rows(800, seed=2, shift=0.3))


def found(comparison: Comparison) -> list[dict[str, Any]]:
    return [each.model_dump() for each in comparison.violations]


def test_a_frame_is_what_a_parquet_file_of_it_is(january: pd.DataFrame, february: pd.DataFrame, tmp_path: Path) -> None:
    import duckdb  # noqa: PLC0415

    paths = []
    for name, frame in (("january", january), ("february", february)):
        path = tmp_path / f"{name}.parquet"
        duckdb.from_df(frame).write_parquet(str(path))
        paths.append(path)
    by_frame, by_file = driftline.compare(january, february), driftline.compare(*paths)

    assert found(by_frame) == found(by_file) != []
    assert (by_frame.statistics, by_frame.constraints) == (by_file.statistics, by_file.constraints)
    assert not by_frame.passed
    assert by_frame.report.outcome.rows == 800
    assert repr(by_frame).startswith("<Comparison current data with reference data: ")
    assert repr(by_file).startswith("<Comparison february.parquet with january.parquet: ")


def test_columns_in_a_dict_are_what_json_lines_are(
    january: pd.DataFrame, february: pd.DataFrame, tmp_path: Path
) -> None:
    paths = []
    for name, frame in (("january", january), ("february", february)):
        path = tmp_path / f"{name}.jsonl"
        path.write_text(frame.to_json(orient="records", lines=True))
        paths.append(path)
    by_dict = driftline.compare(
        {name: january[name].to_numpy() for name in january}, {name: list(february[name]) for name in february}
    )
    assert found(by_dict) == found(driftline.compare(*paths)) != []


def test_nothing_changed(january: pd.DataFrame) -> None:
    result = driftline.compare(january, pd.DataFrame(rows(800, seed=3)))
    assert result.passed
    assert result.violations == ()
    result.raise_for_violations()


def test_a_test_fails_with_what_is_wrong(january: pd.DataFrame, february: pd.DataFrame) -> None:
    result = driftline.compare(january, february)
    with pytest.raises(ViolationsError) as caught:
        result.raise_for_violations()
    assert caught.value.violations == result.violations
    assert f"{len(result.violations)} violations of reference data's constraints" in str(caught.value)
    assert "\n  country: " in str(caught.value)


def test_settings_are_those_of_the_monitor_document(
    january: pd.DataFrame, february: pd.DataFrame, tmp_path: Path
) -> None:
    stated = driftline.compare(january, february, exclude=["amount"], categorical=["visits"], drift="psi")
    document = tmp_path / "shop.yaml"
    names = ", ".join(january.columns)
    document.write_text(
        f"endpoint: shop\ncolumns: {{input: [{names}], exclude: [amount], categorical: [visits]}}\n"
        "monitors: {data_quality: {drift: psi}}\n"
    )
    assert found(stated) == found(driftline.compare(january, february, document=document)) != []
    assert "amount" not in {each.subject for each in stated.violations}
    assert {each.method for each in stated.violations if each.check == "baseline_drift_check"} == {METHOD}


def test_changed_constraints_are_held(january: pd.DataFrame, february: pd.DataFrame, tmp_path: Path) -> None:
    def drifted(result: Comparison) -> set[str]:
        return {each.subject for each in result.violations if each.check == "baseline_drift_check"}

    before = driftline.compare(january, february)
    constraints = before.constraints
    options = constraints["monitoring_config"]["distribution_constraints"]
    options["comparison_threshold"] = 0.99
    options["categorical_comparison_threshold"] = 0.99
    after = driftline.compare(january, february, constraints=constraints)
    assert drifted(before)
    assert not drifted(after)
    assert after.constraints == constraints
    path = tmp_path / "constraints.json"
    path.write_text(json.dumps(constraints))
    assert found(driftline.compare(january, february, constraints=path)) == found(after)


def test_what_is_saved_is_read_again(january: pd.DataFrame, february: pd.DataFrame, tmp_path: Path) -> None:
    result = driftline.compare(january, february)
    folder = result.save(tmp_path / "saved")
    again = read_execution(folder, baseline=folder / "baseline")
    assert set(again.violations()["subject"]) == {each.subject for each in result.violations}
    assert json.loads((folder / "verdict.json").read_text()) == result.to_dict()
    assert found(driftline.compare(folder / "baseline", february)) == found(result)
    assert result.save_html(tmp_path / "page.html").read_bytes() == (folder / "report.html").read_bytes()


def test_a_notebook_shows_the_page_in_a_frame_of_its_own(january: pd.DataFrame, february: pd.DataFrame) -> None:
    shown = driftline.compare(january, february)._repr_html_()
    assert shown.startswith("<iframe ")
    assert 'sandbox="allow-scripts"' in shown
    inner = unescape(shown.partition('srcdoc="')[2].rpartition('"')[0])
    assert 'http-equiv="Content-Security-Policy" content="default-src ' in inner
    assert "&lt;b&gt;&amp;|`" in inner
    assert "<b>&" not in inner


class TestPandas:
    def test_whole_numbers_stay_whole_where_pandas_made_floats_of_them(self) -> None:
        """A missing value makes floats of a column of integers; its values have not changed."""
        reference = pd.DataFrame({"visits": [1, 2, 3, 4] * 100})
        current = pd.DataFrame({"visits": [1.0, 2.0, 3.0, np.nan] * 100})
        checks = {each.check for each in driftline.compare(reference, current).violations}
        assert "completeness_check" in checks
        assert "data_type_check" not in checks

    def test_numbers_that_are_not_whole_are_another_type(self) -> None:
        reference = pd.DataFrame({"visits": [1, 2, 3, 4] * 100})
        current = pd.DataFrame({"visits": [1.5, 2.0, 3.0, np.nan] * 100})
        checks = {each.check for each in driftline.compare(reference, current).violations}
        assert "data_type_check" in checks

    def test_each_type_of_column_is_read(self) -> None:
        count = 40
        frame = pd.DataFrame(
            {
                "mixed": pd.Series(["a", 1, 2.5, None] * 10, dtype=object),
                "late": pd.Series([1] * (count - 1) + ["text"], dtype=object),
                "flag": pd.Series([True, None, False, True] * 10, dtype="boolean"),
                "category": pd.Series(["x", "y"] * 20, dtype="category"),
                "nullable": pd.Series([1, None] * 20, dtype="Int64"),
                "small": np.arange(count, dtype="float16"),
                "when": pd.date_range("2026-01-01", periods=count, tz="UTC"),
                "day": [dt.date(2026, 1, 1 + i % 28) for i in range(count)],
                "price": [decimal.Decimal(i) / 4 for i in range(count)],
                "span": pd.to_timedelta(range(count), unit="h"),
                7: range(count),
            },
            index=pd.Index(range(count), name="customer"),
        )
        result = driftline.compare(frame, frame)
        types = {each["name"]: each["inferred_type"] for each in result.statistics["features"]}
        assert result.passed
        assert types == {
            "mixed": "String", "late": "String", "flag": "String", "category": "String", "nullable": "Integral",
            "small": "Fractional", "when": "String", "day": "String", "price": "Fractional", "span": "String",
            "7": "Integral",
        }  # fmt: skip

    def test_names_that_are_there_twice_are_refused(self) -> None:
        frame = pd.DataFrame([[1, 2]], columns=["a", "a"])
        with pytest.raises(InvalidInputError, match="current data: more than one column is called a"):
            driftline.compare(pd.DataFrame({"a": [1, 2]}), frame)

    def test_the_frame_stays_as_it_is(self) -> None:
        frame = pd.DataFrame({1: [1.0, None, 3.0]})
        driftline.compare(frame, frame)
        assert list(frame.columns) == [1]
        assert frame.dtypes.iloc[0] == "float64"


class TestErrors:
    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (3, "current data: a int. Expected: a pandas, polars or pyarrow table"),
            ([], "current data: a list. Expected: a pandas"),
            ([1, 2], "current data: a list. Expected: a pandas"),
            ({}, "current data: no columns"),
            (pd.DataFrame(), "current data: no columns"),
            (pd.DataFrame({"a": []}), "current data: the data set has no rows"),
            ({"a": [1], "b": [1, 2]}, "current data: columns of different lengths: a 1, b 2"),
            ({"a": "text"}, "current data: the column a is a str"),
            (pd.DataFrame({"a": [{"x": 1}]}), "current data: column a is a STRUCT"),
            ("none.csv", "none.csv: no such file"),
        ],
        ids=str,
    )
    def test_data_that_cannot_be_read(self, data: object, said: str) -> None:
        with pytest.raises(InvalidInputError) as caught:
            driftline.compare({"a": [1, 2, 3]}, data)
        assert said in str(caught.value)
        assert "driftline-compare-" not in str(caught.value)

    @pytest.mark.parametrize(
        ("settings", "said"),
        [
            ({"drift": "kl"}, "monitors.data_quality.drift: 'kl'. Allowed: distance, psi"),
            ({"exclude": "a"}, "exclude is a text. Expected: a list: exclude=['a']"),
            ({"monitor": "model_bias"}, "the monitor model_bias does not compare two data sets"),
            ({"document": "none.yaml"}, "none.yaml: cannot be read"),
            ({"document": "none.yaml", "drift": "psi"}, "a document, and drift. Expected: one of both"),
            ({"constraints": "none.json"}, "none.json: cannot be read"),
        ],
        ids=str,
    )
    def test_settings_that_there_are_not(self, settings: dict[str, Any], said: str) -> None:
        with pytest.raises(InvalidInputError) as caught:
            driftline.compare({"a": [1, 2, 3]}, {"a": [1, 2, 3]}, **settings)
        assert said in str(caught.value)

    def test_a_document_without_the_monitor(self, tmp_path: Path) -> None:
        document = tmp_path / "shop.yaml"
        document.write_text("endpoint: shop\nmonitors: {data_quality: {}}\n")
        with pytest.raises(InvalidInputError, match="no monitor model_quality"):
            driftline.compare({"a": [1]}, {"a": [1]}, document=document, monitor="model_quality")


def test_predictions_are_compared_with_labels() -> None:
    draw = np.random.default_rng(1)
    truth = draw.normal(100, 20, 800)
    frames = [pd.DataFrame({"guess": truth + draw.normal(0, error, 800), "truth": truth}) for error in (5, 9)]
    settings: dict[str, Any] = {
        "problem_type": "Regression",
        "inference_attribute": "guess",
        "ground_truth_attribute": "truth",
    }
    result = driftline.compare(*frames, monitor="model_quality", **settings)
    assert {each.subject for each in result.violations} >= {"mae", "rmse"}
    mae = next(each.observed for each in result.violations if each.subject == "mae")
    assert mae == pytest.approx(float((frames[1]["guess"] - frames[1]["truth"]).abs().mean()), rel=1e-9)
    # Not known yet is not good
    unlabelled = frames[1].assign(truth=np.nan)
    waiting = driftline.compare(frames[0], unlabelled, monitor="model_quality", **settings)
    assert not waiting.passed
    assert waiting.violations == ()
    with pytest.raises(ViolationsError, match=r"not evaluated: .* No row has a label in truth"):
        waiting.raise_for_violations()
    # An attribute by place is an index of an endpoint's output, which a table does not have
    with pytest.raises(InvalidInputError, match="no column 0, the inference_attribute"):
        driftline.compare(*frames, monitor="model_quality", **{**settings, "inference_attribute": "0"})


def test_importing_the_package_imports_nothing_else() -> None:
    code = (
        "import sys, driftline; assert 'compare' in dir(driftline) or driftline.__all__; "
        "print(sorted(name for name in sys.modules if name.startswith('driftline') or name in {'numpy', 'pydantic'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['driftline']"
    with pytest.raises(AttributeError, match="no attribute 'comparee'"):
        getattr(driftline, "comparee")  # noqa: B009, mypy knows that there is none
