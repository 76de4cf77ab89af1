"""`driftline bias`, and `driftline validate` of an analysis_config.json."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from driftline.cli import app
from driftline.cli.exits import ExitCode
from driftline.kinds.model_bias.rules.metrics import METRICS

CONFIG: dict[str, Any] = {
    "label": "label",
    "predicted_label": "predicted",
    "label_values_or_threshold": [1],
    "facet": [{"name_or_index": "sex", "value_or_threshold": ["[bold]F[/bold]"]}],
    "group_variable": "age",
    "methods": {"pre_training_bias": {"methods": "all"}, "post_training_bias": {"methods": "all"}},
}
"""A value that is markup for the terminal."""

DATA = "label,predicted,sex,age\n" + "".join(
    f"{each % 3 % 2},{each % 5 % 2},{'M' if each % 7 % 2 else '[bold]F[/bold]'},{20 + each % 3}\n"
    for each in range(150)
)


def driftline(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "loans.csv").write_text(DATA)
    (tmp_path / "analysis_config.json").write_text(json.dumps(CONFIG))
    return tmp_path


def analysed(folder: Path, *more: object) -> Result:
    return driftline("bias", folder / "loans.csv", "--config", folder / "analysis_config.json", *more)


class TestBias:
    def test_a_table_and_clarifys_file(self, folder: Path) -> None:
        done = analysed(folder, "--out", folder / "result")
        assert done.exit_code == ExitCode.COMPLETED, done.output
        assert all(name in done.stdout for name in METRICS)
        assert "150 rows, 1 group: 21 metrics computed." in done.stdout
        assert "[bold]F[/bold]" in done.stdout
        written = json.loads((folder / "result" / "analysis.json").read_text())
        assert list(written) == ["version", "post_training_bias_metrics", "pre_training_bias_metrics"]

    def test_a_page_with_the_rates_of_both_groups(self, folder: Path) -> None:
        """Nothing of the data is markup on it."""
        (folder / "loans.csv").write_text(DATA.replace("[bold]F[/bold]", "<script>alert(1)</script>"))
        facet = [{"name_or_index": "sex", "value_or_threshold": ["<script>alert(1)</script>"]}]
        (folder / "analysis_config.json").write_text(json.dumps(CONFIG | {"facet": facet}))
        done = analysed(folder, "--out", folder)
        assert done.exit_code == ExitCode.COMPLETED, done.output
        page = (folder / "report.html").read_text()
        assert "sex = &lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<script>alert(1)" not in page
        assert "Acceptance" in page
        assert "Jan 1970" not in page

    def test_the_real_file_of_clarify(self, shared_data: Path, tmp_path: Path) -> None:
        real = shared_data / "clarify_check_step"
        config = tmp_path / "bias.json"
        fields = {
            "headers": ["Label", "F1", "F2", "F3", "F4"],
            "label": "Label",
            "predicted_label": None,
            "facet": [{"name_or_index": "F1", "value_or_threshold": [0.5]}],
            "group_variable": "F2",
            "methods": {"pre_training_bias": {"methods": "all"}},
        }
        config.write_text(json.dumps(CONFIG | fields))
        done = driftline("bias", real / "dataset.csv", "--config", config, "--no-header", "--out", tmp_path)
        assert done.exit_code == ExitCode.COMPLETED, done.output
        expected = real / "data_bias" / "good_cases" / "analysis.json"
        assert (tmp_path / "analysis.json").read_bytes() == expected.read_bytes()

    def test_json_has_every_metric_with_its_interval(self, folder: Path) -> None:
        done = analysed(folder, "--out", folder, "--json")
        result = json.loads(done.stdout)
        written = json.loads((folder / "analysis.json").read_text())
        values = {
            each["name"]: each["value"]
            for section in ("post_training_bias_metrics", "pre_training_bias_metrics")
            for each in written[section]["facets"]["sex"][0]["metrics"]
        }
        assert {each["metric"]: each["value"] for each in result["metrics"]} == values
        with_interval = {each["metric"]: each["interval"] for each in result["metrics"] if each["interval"]}
        assert set(with_interval) == set(METRICS) - {"FT"}
        assert all(lower <= values[name] <= upper for name, (lower, upper) in with_interval.items())

    def test_a_file_that_is_there_is_overwritten_only_by_force(self, folder: Path) -> None:
        (folder / "analysis.json").write_text("mine")
        refused = analysed(folder, "--out", folder)
        assert refused.exit_code == ExitCode.FAILED
        assert "the file is there already" in refused.stderr
        assert (folder / "analysis.json").read_text() == "mine"
        assert analysed(folder, "--out", folder, "--force").exit_code == ExitCode.COMPLETED
        assert (folder / "analysis.json").read_text() != "mine"

    def test_a_document_says_where_predictions_are(self, folder: Path) -> None:
        config = {name: value for name, value in CONFIG.items() if name != "predicted_label"}
        (folder / "analysis_config.json").write_text(json.dumps(config))
        document = folder / "loans.yaml"
        document.write_text("endpoint: loans\nmonitors: {model_bias: {inference_attribute: predicted}}\n")
        without = json.loads(analysed(folder, "--out", folder, "--json").stdout)
        found = json.loads(analysed(folder, "--out", folder, "--force", "--document", document, "--json").stdout)
        assert len(without["metrics"]) == 8
        assert any("no predictions" in note for note in without["notes"])
        assert len(found["metrics"]) == 21

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"label": "truth"}, "no column truth, the label"),
            ({"facet": [{"name_or_index": "race"}]}, "no column race, a facet"),
            ({"facet": []}, "facet: no facet"),
        ],
    )
    def test_what_is_missing_is_said(self, folder: Path, fields: dict[str, Any], said: str) -> None:
        (folder / "analysis_config.json").write_text(json.dumps(CONFIG | fields))
        done = analysed(folder, "--out", folder)
        assert done.exit_code == ExitCode.FAILED
        assert said in done.stderr
        assert not (folder / "analysis.json").exists()

    def test_a_data_set_that_is_not_there(self, folder: Path) -> None:
        done = driftline("bias", folder / "none.csv", "--config", folder / "analysis_config.json")
        assert (done.exit_code, "no such file" in done.stderr) == (ExitCode.FAILED, True)

    def test_infinity_is_text_for_machines(self, folder: Path) -> None:
        # Given a group in which nobody is predicted wrongly as positive
        lines = [*("1,1,M,20\n1,0,M,20\n0,1,M,20\n0,0,M,20\n" * 12), *("1,0,F,20\n0,0,F,20\n1,1,F,20\n" * 12)]
        (folder / "loans.csv").write_text("label,predicted,sex,age\n" + "".join(lines))
        config = CONFIG | {"facet": [{"name_or_index": "sex", "value_or_threshold": ["F"]}]}
        (folder / "analysis_config.json").write_text(json.dumps(config))
        done = analysed(folder, "--out", folder, "--json")
        found = {each["metric"]: each for each in json.loads(done.stdout)["metrics"]}
        assert found["TE"]["value"] == "Infinity"


class TestValidate:
    def test_what_the_file_means(self, folder: Path) -> None:
        started = time.process_time()
        done = driftline("validate", folder / "analysis_config.json")
        assert time.process_time() - started < 1
        assert done.exit_code == ExitCode.COMPLETED, done.output
        assert "Rows are in the group if sex is [bold]F[/bold]; they are compared with all other rows." in done.stdout
        assert "CDDL and CDDPL are averaged over the values of age." in done.stdout
        assert "Predictions of a data set are in predicted" in done.stdout

    def test_every_problem_with_its_mend(self, folder: Path) -> None:
        fields = {
            "facets": [],
            "headers": ["label", "predicted", "sex", "age"],
            "group_variable": "aeg",
            "label_values_or_threshold": 1,
            "methods": {"post_training_bias": {"methods": ["DPL"]}},
        }
        (folder / "analysis_config.json").write_text(json.dumps(CONFIG | fields))
        done = driftline("validate", folder / "analysis_config.json", "--json")
        errors = json.loads(done.stdout)["errors"]
        assert done.exit_code == ExitCode.FAILED
        assert "4 errors" in done.stderr
        assert [each["where"].rpartition(": ")[2] for each in errors] == [
            *("facets", "label_values_or_threshold", "group_variable", "methods.post_training_bias.methods"),
        ]
        assert errors[2]["mend"] == "Did you mean 'age'?"
        assert all(each["what"] and each["expected"] and each["mend"] for each in errors)

    def test_what_cannot_be_computed(self, folder: Path) -> None:
        config = {name: CONFIG[name] for name in ("facet", "label_values_or_threshold")}
        (folder / "other.json").write_text(json.dumps(config))
        done = driftline("validate", folder / "other.json")
        assert done.exit_code == ExitCode.COMPLETED
        assert "CDDL and CDDPL cannot be computed: group_variable is missing" in done.stdout
        assert "predicted_label is missing" in done.stdout

    def test_no_json(self, folder: Path) -> None:
        (folder / "analysis_config.json").write_text("{")
        done = driftline("validate", folder / "analysis_config.json")
        assert (done.exit_code, "not JSON" in done.stderr) == (ExitCode.FAILED, True)

    def test_a_monitor_document_in_json_is_a_monitor_document(self, folder: Path) -> None:
        (folder / "loans.json").write_text('{"endpoint": "loans", "monitors": {"data_quality": {}}}')
        done = driftline("validate", folder / "loans.json")
        assert (done.exit_code, "endpoint loans" in done.stdout) == (ExitCode.COMPLETED, True)
