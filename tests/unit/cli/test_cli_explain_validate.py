"""`driftline validate` says what explanations cost, and checks all parts of an analysis_config.json at once."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from driftline.cli import app
from driftline.cli.exits import ExitCode
from driftline.domain.explanations.kernel_shap import KernelShap

FEATURES = [f"f{place}" for place in range(14)]


def validated(path: Path) -> tuple[int, dict[str, Any]]:
    done = CliRunner().invoke(app, ["validate", str(path), "--json"])
    return done.exit_code, json.loads(done.stdout)


def costs(tmp_path: Path, monitor: object, **more: object) -> list[str]:
    path = tmp_path / "shop.json"
    columns = {"output": ["score"], "input": FEATURES}
    path.write_text(
        json.dumps({"endpoint": "shop", "columns": columns, "monitors": {"model_explainability": monitor}, **more})
    )
    code, found = validated(path)
    assert code == ExitCode.COMPLETED, found
    return list(found["costs"])


class TestCosts:
    def test_requests_of_a_window_and_a_month(self, tmp_path: Path) -> None:
        """As many as Kernel SHAP would send at most, for 200 rows and 30 executions."""
        asked = {"endpoint": "shop-shadow", "rows_per_request": 500, "most_requests": 10_000}
        (said,) = costs(tmp_path, {"source": "endpoint", "endpoint": asked, "schedule": "rate(1 day)"})
        questions = KernelShap(lambda rows: rows[:, 0], [[0.0] * 14]).rows_for_each + 1
        of_row = -(-questions // 500)
        assert f"{200 * of_row:,} requests to shop-shadow" in said
        assert f"{200 * of_row * 30:,} a month" in said

    def test_more_than_allowed(self, tmp_path: Path) -> None:
        asked = {"endpoint": "shop-shadow", "rows_per_request": 100}
        _, warned = costs(tmp_path, {"source": "endpoint", "endpoint": asked, "schedule": "rate(1 day)"})
        assert "most_requests" in warned

    def test_unknown_features(self, tmp_path: Path) -> None:
        (said,) = costs(
            tmp_path, {"source": "endpoint", "endpoint": {"endpoint": "a"}, "schedule": "rate(1 day)"}, columns=None
        )
        assert "columns.input" in said

    def test_a_models_file(self, tmp_path: Path) -> None:
        (said,) = costs(tmp_path, {"source": "model", "model": "models/a.json", "schedule": "rate(1 day)"})
        assert "2,000 rows" in said
        assert "120 invocations a month" in said

    def test_others_cost_nothing_more(self, tmp_path: Path) -> None:
        assert not costs(tmp_path, {"source": "captured"})


class TestConfig:
    def test_all_problems_of_both_parts_each_once(self, tmp_path: Path) -> None:
        path = tmp_path / "analysis_config.json"
        path.write_text(
            json.dumps(
                {
                    "headers": ["a", "a"],
                    "facet": [],
                    "label_values_or_threshold": [1],
                    "methods": {
                        "pre_training_bias": {"methods": ["XX"]},
                        "shap": {"num_samples": 0, "agg_method": "mean", "text_config": {}},
                        "pdp": {"grid_resolution": "many"},
                    },
                    "predictor": {"content_typ": "text/csv"},
                }
            )
        )
        code, found = validated(path)
        assert code == ExitCode.FAILED
        where = [each["where"].split(": ", 1)[1] for each in found["errors"]]
        assert len(where) == len(set(where))
        assert {
            "headers",
            "facet",
            "methods.pre_training_bias.methods",
            "methods.shap.num_samples",
            "methods.shap.agg_method",
            "methods.shap.text_config",
            "methods.pdp.grid_resolution",
            "predictor.content_typ",
        } <= set(where)

    def test_explanations_alone_need_no_facet(self, tmp_path: Path) -> None:
        path = tmp_path / "analysis_config.json"
        path.write_text(json.dumps({"methods": {"shap": {"agg_method": "median"}, "pdp": {}}}))
        code, found = validated(path)
        assert code == ExitCode.COMPLETED, found
        assert any("--model" in sentence for sentence in found["means"])
        assert any("median" in sentence for sentence in found["means"])
        assert any("10 features" in sentence for sentence in found["means"])

    def test_the_models_file_of_a_monitor(self, tmp_path: Path) -> None:
        path = tmp_path / "analysis_config.json"
        fields = {"methods": {"shap": {}}, "predictor": {"model_name": "a"}, "driftline_model": "models/a.json"}
        path.write_text(json.dumps(fields))
        code, found = validated(path)
        assert code == ExitCode.COMPLETED
        assert "The model is the file models/a.json." in json.dumps(found)
        assert "starts none" not in json.dumps(found), "it needs no endpoint"

    def test_a_monitors_bias_file(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.json"
        path.write_text(json.dumps({"facet": [{"name_or_index": "sex"}], "label_values_or_threshold": [1]}))
        assert validated(path)[0] == ExitCode.COMPLETED
