"""The readers of SageMaker's Python SDK accept our files.

The SDK's pins conflict with ours, so it gets an environment of its own, made once under .cache/. The readers are given
the file's content (`body_dict`), so nothing calls AWS.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from driftline.domain.drift.distance import Comparison
from driftline.domain.keys import hour_folder
from driftline.domain.sagemaker_files.violations import Violations
from driftline.kinds.data_quality.rules.check import check, feature_violation
from driftline.kinds.data_quality.rules.observed import observations_of, statistics_of
from driftline.kinds.data_quality.rules.suggestion import suggest_constraints
from tests.conformance.conftest import TaxiMondays
from tests.environment import OWN
from tests.loans import ENDPOINT, SCHEDULED, Loans, people

SCRIPT = """
import json, sys, warnings
warnings.simplefilter("ignore")
from pathlib import Path
from sagemaker.model_monitor import ConstraintViolations, Constraints, Statistics

folder = Path(sys.argv[1])
body = lambda name: json.loads((folder / name).read_text())
statistics = Statistics(body_dict=body("statistics.json"), statistics_file_s3_uri="s3://bucket/statistics.json")
constraints = Constraints(body_dict=body("constraints.json"), constraints_file_s3_uri="s3://bucket/constraints.json")
violations = ConstraintViolations(
    body_dict=body("constraint_violations.json"),
    constraint_violations_file_s3_uri="s3://bucket/constraint_violations.json",
)
constraints.set_monitoring(enable_monitoring=False)
print(json.dumps({
    "features": len(statistics.body_dict["features"]),
    "rows": statistics.body_dict["dataset"]["item_count"],
    "constraints": len(constraints.body_dict["features"]),
    "switched_off": constraints.body_dict["monitoring_config"]["evaluate_constraints"],
    "violations": len(violations.body_dict["violations"]),
    "uri": violations.file_s3_uri,
}))
"""


@pytest.mark.long  # the SDK's environment takes longer to make than all other tests of files
def test_the_sdk_reads_statistics_constraints_and_violations(
    sdk_python: Path, taxi: TaxiMondays, tmp_path: Path
) -> None:
    # Given the files of an execution
    rows, features = taxi.window("2020-03-16")
    statistics = statistics_of(rows, features)
    verdict = check(statistics, observations_of(features), None, taxi.constraints(), Comparison.DRIFTLINE)
    violations = Violations(violations=tuple(map(feature_violation, verdict.findings)))
    (tmp_path / "statistics.json").write_text(statistics.to_json())
    (tmp_path / "constraints.json").write_text(suggest_constraints(statistics).to_json())
    (tmp_path / "constraint_violations.json").write_text(violations.to_json())
    # When the SDK's classes read them
    run = subprocess.run(
        [str(sdk_python), "-c", SCRIPT, str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        env={
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(tmp_path),
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        },
    )
    # Then they find what is in them
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout.splitlines()[-1]) == {
        "features": 143,
        "rows": 96,
        "constraints": 143,
        "switched_off": "Disabled",
        "violations": 10,
        "uri": "s3://bucket/constraint_violations.json",
    }


BIAS_SCRIPT = """
import json, sys, warnings
warnings.simplefilter("ignore")
from pathlib import Path
from unittest.mock import MagicMock
from sagemaker.model_monitor import ConstraintViolations, MonitoringExecution
from sagemaker.processing import ProcessingOutput

folder = Path(sys.argv[1])
session = MagicMock()
session.read_s3_file = lambda bucket, key_prefix: (folder / key_prefix.rsplit("/", 1)[-1]).read_text()
given = ConstraintViolations.from_s3_uri("s3://bucket/bias/constraint_violations.json", sagemaker_session=session)
execution = MonitoringExecution(
    sagemaker_session=session,
    job_name="job",
    inputs=[],
    output=ProcessingOutput(source="/opt/ml/processing/output", destination="s3://bucket/bias", output_name="bias"),
)
found = execution.constraint_violations()
print(json.dumps({"given": given.body_dict, "found": found.body_dict}))
"""


@pytest.mark.long  # as above
def test_the_sdk_reads_the_violations_of_bias(sdk_python: Path, tmp_path: Path) -> None:
    loans = Loans()
    loans.baseline(people(2000, 1))
    loans.observe(people(1000, 2, women_approved=0.25))
    loans.run()
    folder = f"reports/{ENDPOINT}/model_bias/{hour_folder(SCHEDULED)}"
    body = loans.store.objects[f"{folder}constraint_violations.json"]
    (tmp_path / "constraint_violations.json").write_bytes(body)
    script = tmp_path / "read.py"
    script.write_text(BIAS_SCRIPT)

    done = subprocess.run(
        [str(sdk_python), str(script), str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env={**OWN, "AWS_DEFAULT_REGION": "eu-central-1"},
    )

    read = json.loads(done.stdout.splitlines()[-1])
    assert read["given"] == read["found"] == json.loads(body)
    assert {"facet", "facet_value", "metric_name", "constraint_check_type", "description"} == set(
        read["found"]["violations"][0]
    )
