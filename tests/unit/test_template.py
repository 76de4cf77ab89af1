"""What the template promises, read from the CloudFormation that it becomes."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.stack import REPOSITORY, cloudformation_template


@pytest.fixture(scope="module")
def resources() -> dict[str, dict[str, Any]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        body, _ = cloudformation_template(
            REPOSITORY / "template.yaml", built=False, upload=lambda name, _body: f"s3://b/{name}"
        )
    return dict(json.loads(body)["Resources"])


def of_type(resources: dict[str, dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    return {name: one["Properties"] for name, one in resources.items() if one["Type"] == kind}


def statements(role: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Statements under a condition of the template included."""
    for policy in role.get("Policies", []):
        for statement in policy["PolicyDocument"]["Statement"]:
            yield statement["Fn::If"][1] if "Fn::If" in statement else statement


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def complexity(patterns: list[str]) -> int:
    """How complex EventBridge finds the wildcards of one field.

    Event Ruler, its matcher, keeps one state for each distinct beginning of a pattern. The measure is the largest sum
    over all states that one text can be in at once, each counted with the number of patterns that go through it:
    https://github.com/aws/event-ruler, MachineComplexityEvaluator.
    """
    through: dict[str, set[str]] = {}
    for pattern in patterns:
        for length in range(1, len(pattern) + 1):
            through.setdefault(pattern[:length], set()).add(pattern)

    def after(states: frozenset[str], character: str) -> frozenset[str]:
        stay = {state for state in states if state.endswith("*")}
        reached = stay | {state + character for state in states if state + character in through}
        return frozenset(reached | {state + "*" for state in reached if state + "*" in through})

    first = frozenset({"", "*"} if "*" in through else {""})
    seen, waiting, most = {first}, [first], 0
    while waiting:
        states = waiting.pop()
        most = max(most, sum(len(through[state]) for state in states if state))
        for character in {*"".join(patterns)} - {"*"}:
            if (reached := after(states, character)) not in seen:
                seen.add(reached)
                waiting.append(reached)
    return most


def test_no_rule_is_too_complex_for_eventbridge(resources: dict[str, dict[str, Any]]) -> None:
    """A rule that is stops the whole deployment. Where the limit lies is not documented: in a public report
    (vals-ai/Valkyrie, pull request 278) 9 passed and 12 did not."""
    assert complexity([f"*:stack/{name}/*" for name in "ABC"]) == 9
    assert complexity([f"*:stack/{name}/*" for name in "ABCD"]) == 12
    rules = of_type(resources, "AWS::Events::Rule")
    found = {
        name: complexity(
            [key["wildcard"] for key in rule["EventPattern"]["detail"]["object"]["key"] if "wildcard" in key]
        )
        for name, rule in rules.items()
    }
    assert len(found) == 5
    assert max(found.values()) <= 7, found


def test_every_role_says_exactly_what_it_may_do(resources: dict[str, dict[str, Any]]) -> None:
    roles = of_type(resources, "AWS::IAM::Role")
    assert (
        len(roles) == len(of_type(resources, "AWS::Lambda::Function")) + 2
    )  # the monitors' schedules' and the sweep's
    for name, role in roles.items():
        assert "ManagedPolicyArns" not in role, name
        for statement in statements(role):
            actions = listed(statement["Action"])
            assert not any("*" in action for action in actions), (name, statement)
            assert "*" not in listed(statement["Resource"]), (name, statement)


def test_every_function_has_a_role_and_a_log_of_its_own(resources: dict[str, dict[str, Any]]) -> None:
    functions = of_type(resources, "AWS::Lambda::Function")
    assert len({json.dumps(one["Role"]) for one in functions.values()}) == len(functions)
    groups = {json.dumps(one["LoggingConfig"]["LogGroup"]) for one in functions.values()}
    assert len(groups) == len(functions)
    assert all("RetentionInDays" in group for group in of_type(resources, "AWS::Logs::LogGroup").values())


def test_nobody_writes_scripts_or_captures(resources: dict[str, dict[str, Any]]) -> None:
    """Scripts run with a function's rights: only people may put them there."""
    for name, role in of_type(resources, "AWS::IAM::Role").items():
        for statement in statements(role):
            if statement["Effect"] == "Allow" and {"s3:PutObject", "s3:DeleteObject"} & set(
                listed(statement["Action"])
            ):
                written = json.dumps(statement["Resource"])
                assert "/scripts/" not in written, name
                assert "/capture/" not in written, name
                assert '.Arn}/*"' not in written, name


def test_what_fails_waits_and_is_tried_at_the_right_time(resources: dict[str, dict[str, Any]]) -> None:
    functions = of_type(resources, "AWS::Lambda::Function")
    queues = of_type(resources, "AWS::SQS::Queue")
    mappings = of_type(resources, "AWS::Lambda::EventSourceMapping")
    assert len(mappings) == len(functions) + 1  # run_monitor has a queue of windows to judge again, too
    for mapping in mappings.values():
        function = functions[mapping["FunctionName"]["Ref"]]
        queue = queues[mapping["EventSourceArn"]["Fn::GetAtt"][0]]
        # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html: at least six times the timeout
        assert queue["VisibilityTimeout"] == 6 * function["Timeout"]
        assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert "MaximumConcurrency" in mapping["ScalingConfig"]
    assert all(queue["SqsManagedSseEnabled"] is True for queue in queues.values())


def test_every_dead_letter_queue_has_an_alarm(resources: dict[str, dict[str, Any]]) -> None:
    letters = {
        queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for queue in of_type(resources, "AWS::SQS::Queue").values()
        if "RedrivePolicy" in queue
    }
    alarms = of_type(resources, "AWS::CloudWatch::Alarm").values()
    assert {alarm["Dimensions"][0]["Value"]["Fn::GetAtt"][0] for alarm in alarms} == letters
    assert all(alarm["AlarmActions"] == [{"Ref": "OperatorTopic"}] for alarm in alarms)


def test_data_outlives_the_stack_and_old_state_does_not(resources: dict[str, dict[str, Any]]) -> None:
    bucket = resources["Bucket"]
    assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain"
    rules = {rule["Id"]: rule for rule in bucket["Properties"]["LifecycleConfiguration"]["Rules"]}
    assert rules["old-versions-of-state"]["Prefix"] == "state/"
    assert rules["old-versions-of-state"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 14}
    assert not any("ExpirationInDays" in rule for rule in rules.values())


def test_nothing_is_public_and_nothing_goes_without_tls(resources: dict[str, dict[str, Any]]) -> None:
    bucket = resources["Bucket"]["Properties"]
    assert all(value is True for value in bucket["PublicAccessBlockConfiguration"].values())
    (statement,) = resources["BucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
