"""Alarms that request a retraining, and what comes of it, on the embedded cloud, with roles enforced."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from driftline.cli import app
from tests.end_to_end.alarmed import PIPELINE_ARN, START, Place, inbox, open_place, started
from tests.end_to_end.endpoint import baseline_csv, rows

pytestmark = pytest.mark.cloud

ASKS = "[{metric: violations, threshold: 1, actions: [notify, retrain]}]"


def retraining(target: str, **more: object) -> str:
    settings = {"target": target, "minimum_labelled_rows": 0, **more}
    return f"retraining: {{{', '.join(f'{name}: {value}' for name, value in settings.items())}}}\n"


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with open_place() as opened:
        yield opened


def test_one_runs_and_the_next_has_to_wait(place: Place) -> None:
    # Given a retraining that runs
    before = len(started(place.cloud))
    endpoint = place.watch("waiting", retraining("{pipeline: retrain}"), ASKS)
    endpoint.live([(0, True)])
    (decision,) = endpoint.audit()
    execution = next(each for each in started(place.cloud) if each["PipelineExecutionArn"] == decision["run_arn"])
    # When the alarm comes back, the lease says no; and the cooldown, when the run has ended
    endpoint.live([(1, False), (2, True)])
    ended = {
        "pipelineArn": PIPELINE_ARN,
        "pipelineExecutionArn": execution["PipelineExecutionArn"],
        "pipelineExecutionDisplayName": execution["PipelineExecutionDisplayName"],
        "currentPipelineExecutionStatus": "Succeeded",
    }
    place.cloud.set_clock(START + timedelta(hours=3, minutes=40))
    place.happen("aws.sagemaker", "SageMaker Model Building Pipeline Execution Status Change", ended)
    endpoint.live([(3, False), (4, True)])
    # Then one ran, each decision is on record, and people were told each
    assert len(started(place.cloud)) == before + 1
    decided = [record for record in endpoint.audit() if record["record"] == "decision"]
    assert [(record["decision"], record["guard"]) for record in decided] == [
        ("started", None),
        ("refused", "lease"),
        ("refused", "cooldown"),
    ]
    said = endpoint.slack()
    assert all(any(record["id"] in text for text in said) for record in decided)
    assert any("cooldown" in text for text in said)


def test_a_person_approves_and_one_starts(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given an alarm whose retraining waits for a person
    before = len(started(place.cloud))
    manual = retraining("{pipeline: retrain}", approval="manual", approval_expires="P7D")
    endpoint = place.watch("approved", manual, ASKS)
    endpoint.live([(0, True)])
    (record,) = endpoint.audit()
    assert record["decision"] == "awaiting_approval"
    assert len(started(place.cloud)) == before
    (asking,) = [text for text in endpoint.slack() if "driftline approve" in text]
    assert record["approve"] in asking
    # When somebody runs the command, twice
    for name, value in place.cloud.environment.items():
        monkeypatch.setenv(name, value)
    for _ in range(2):
        said = CliRunner().invoke(
            app, ["approve", "approved", record["id"], "--store", f"s3://{place.cloud.bucket}", "--by", "ada"]
        )
        assert said.exit_code == 0, said.output
        place.cloud.drain()
    # Then it has started, once, and the audit says who
    assert len(started(place.cloud)) == before + 1
    by = [one.get("approved_by") for one in endpoint.audit() if one.get("decision") == "started"]
    assert by == ["ada"]


def test_an_event_for_everything_else_and_its_end(place: Place) -> None:
    requests = inbox(place.cloud, "trainer")
    events = place.cloud.client("events")
    pattern = {"source": ["driftline"], "detail-type": ["Retraining Requested"]}
    events.put_rule(Name="trainer", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="trainer", Targets=[{"Id": "q", "Arn": requests.arn}])
    endpoint = place.watch("evented", retraining("{event: true}"), ASKS)
    endpoint.live([(0, True)])
    (request,) = requests.take()
    assert "evented" in json.dumps(request["detail"])
    place.cloud.set_clock(START + timedelta(hours=3))
    # When the trainer says that it is done, under a name of its own
    place.happen("our.trainer", "Retraining Finished", {"Endpoint": "evented", "Outcome": "better"})
    ends = [record for record in endpoint.audit() if record["record"] != "decision"]
    assert [end["outcome"] for end in ends] == ["better"]


def test_what_no_parameter_names_is_not_started(place: Place) -> None:
    other = "arn:aws:states:us-east-1:000000000000:stateMachine:other"
    endpoint = place.watch("forbidden", retraining(f'{{state_machine: "{other}"}}'), ASKS)
    endpoint.live([(0, True)])
    (record,) = endpoint.audit()
    assert record["decision"] == "failed"
    assert "RetrainingStateMachineArn" in record["mend"]
    assert place.cloud.messages("RetrainingDeadLettersUrl") == 0


def test_a_new_model_brings_its_baseline_and_closes_the_incident(place: Place) -> None:
    # Given an incident, because people are twenty years older
    endpoint = place.watch("renewed")
    endpoint.live([(0, True)])
    earlier = endpoint.bucket.json("baselines/renewed/data_quality/statistics.json")
    # When a model comes that was trained with such people
    endpoint.bucket.put("models/renewed-2/people.csv", baseline_csv(rows(1000, seed=50, years_older=20)))
    place.happen(
        "our.deployer",
        "Driftline New Model",
        {
            "Endpoint": "renewed",
            "Model": "renewed-2",
            "BaselineUri": f"s3://{place.cloud.bucket}/models/renewed-2/",
            "At": (START + timedelta(hours=1, minutes=30)).isoformat(),
        },
    )
    # Then its data set is the baseline, the earlier one is kept, and the conversation says so
    statistics = endpoint.bucket.json("baselines/renewed/data_quality/statistics.json")
    assert statistics != earlier
    kept = endpoint.bucket.everything("baselines/renewed/data_quality/earlier/")
    assert any(key.endswith("/input/people.csv") for key in kept)
    assert "renewed-2" in endpoint.slack()[-1]
    # and the same people are no violation any more; the first windows are marked
    endpoint.live([(2, True)])
    assert endpoint.alarms()["data_quality/violations"] == "OK"
    folder = f"reports/renewed/data_quality/{START + timedelta(hours=3):%Y/%m/%d/%H}/"
    assert endpoint.bucket.json(f"{folder}summary.json")["model"]["name"] == "renewed-2"


@pytest.mark.parametrize("where", ["arriving", "input"])
def test_a_role_that_may_not_copy_leaves_the_data_set_in_place(place: Place, where: str) -> None:
    # Given adopt_model may copy one of two files, but not the other
    name = f"refused-{where}"
    endpoint, folder = place.watch(name), f"baselines/{name}/data_quality/"
    before = endpoint.bucket.everything(folder)
    iam = place.cloud.client("iam")
    role = next(one["RoleName"] for one in iam.list_roles()["Roles"] if "AdoptModelRole" in one["RoleName"])
    deny = {
        "Effect": "Deny",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{place.cloud.bucket}/{folder}{where}/b.csv",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    iam.put_role_policy(RoleName=role, PolicyName="Narrower", PolicyDocument=policy)
    letters = place.cloud.messages("AdoptDeadLettersUrl")
    # When a model comes with both
    for file in ("a.csv", "b.csv"):
        endpoint.bucket.put(f"models/{name}/{file}", baseline_csv(rows(100, seed=51, years_older=20)))
    uri = f"s3://{place.cloud.bucket}/models/{name}/"
    place.happen("our.deployer", "Driftline New Model", {"Endpoint": name, "Model": "2", "BaselineUri": uri})
    iam.delete_role_policy(RoleName=role, PolicyName="Narrower")
    # Then the earlier data set and its files are there, and the message says what was refused
    after = endpoint.bucket.everything(folder)
    assert {key: body for key, body in after.items() if "/earlier/" not in key} == before
    assert f"/{name}/" in (said := endpoint.slack()[-1])
    assert "may not read it" in said
    assert place.cloud.messages("AdoptDeadLettersUrl") == letters


def test_an_event_that_cannot_be_handled_is_a_dead_letter_and_an_alarm(place: Place) -> None:
    place.happen("our.deployer", "Driftline New Model", {"Endpoint": "waiting", "Modell": "a misspelling"})
    assert place.cloud.messages("AdoptDeadLettersUrl") == 1
    texts = [json.dumps(request.json) for request in place.hook.received]
    assert any("AdoptDeadLetterAlarm" in text for text in texts)
