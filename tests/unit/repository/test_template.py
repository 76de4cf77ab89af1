"""What the template promises, read from the CloudFormation that it becomes."""

import ast
import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import product
from typing import Any

import grimp
import pytest

from bench.cost import prices
from bench.cost.bill import stack
from bench.layers import layers_by_function
from driftline.adapters.aws.inbox import HASTY_RETRIES, wait
from driftline.domain.alarms.dashboard import dashboard_name
from driftline.domain.alarms.stack import Stack
from driftline.domain.keys import OPEN_WATCH
from driftline.kinds.registry import KINDS
from driftline.usecases.baselines.baseline_memory import MEMORY_FILE
from local.stack import REPOSITORY, cloudformation_template


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        body, _ = cloudformation_template(
            REPOSITORY / "template.yaml", built=False, upload=lambda name, _body: f"s3://b/{name}"
        )
    return dict(json.loads(body))


@pytest.fixture(scope="module")
def resources(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return dict(template["Resources"])


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


def wildcards(pattern: dict[str, Any], path: str = "") -> Iterator[tuple[str, list[Any]]]:
    """(field, wildcards) of every field of an event pattern that has some."""
    for name, value in pattern.items():
        if isinstance(value, dict):
            yield from wildcards(value, f"{path}{name}.")
        elif found := [one["wildcard"] for one in value if isinstance(one, dict) and "wildcard" in one]:
            yield f"{path}{name}", found


def test_no_rule_is_too_complex_for_eventbridge(resources: dict[str, dict[str, Any]]) -> None:
    """A rule that is stops the whole deployment. Where the limit lies is not documented: in a public report
    (vals-ai/Valkyrie, pull request 278) 9 passed and 12 did not."""
    assert complexity([f"*:stack/{name}/*" for name in "ABC"]) == 9
    assert complexity([f"*:stack/{name}/*" for name in "ABCD"]) == 12
    found = {}
    for name, rule in of_type(resources, "AWS::Events::Rule").items():
        for field, texts in wildcards(rule["EventPattern"]):
            found[name, field] = complexity(texts)
    assert len(found) == 6
    assert max(found.values()) <= 7, found


def test_companions_of_a_baseline_have_it_made_again(resources: dict[str, dict[str, Any]]) -> None:
    """The function's own files do not: it would start itself."""
    patterns = resources["BaselineRule"]["Properties"]["EventPattern"]["detail"]["object"]["key"]

    def starts(name: str) -> bool:
        globs = [each["wildcard"] if "wildcard" in each else f"*{each['suffix']}" for each in patterns]
        return any(fnmatchcase(f"baselines/shop/a_kind/{name}", glob) for glob in globs)

    assert all(starts(name) for kind in KINDS for name in (*kind.companions, "input/data.csv"))
    assert not any(starts(name) for kind in KINDS for name in (*kind.baseline_files, *kind.derived_files))
    assert not starts(MEMORY_FILE)


@pytest.mark.parametrize("name", ["render_report", "render_report.failed"])
def test_pages_are_made_however_an_execution_ends(resources: dict[str, dict[str, Any]], name: str) -> None:
    pattern = resources["RenderRule"]["Properties"]["EventPattern"]
    event = json.loads((REPOSITORY / "events" / f"{name}.json").read_text())
    (folder,) = pattern["detail"]["ReportUri"]
    begins = folder["prefix"]["Fn::Sub"].replace("${Bucket}", "driftline-bucket-1a2b3c4d5e6f")

    assert event["source"] in pattern["source"]
    assert event["detail-type"] in pattern["detail-type"]
    assert event["detail"]["ReportUri"].startswith(begins)


@pytest.mark.parametrize(
    ("rule", "name"), [("MessageRule", "notify_operator.decision"), ("TelemetryRule", "export_telemetry")]
)
def test_what_other_stacks_of_the_account_do_is_not_reported(
    resources: dict[str, dict[str, Any]], rule: str, name: str
) -> None:
    pattern = resources[rule]["Properties"]["EventPattern"]
    [record] = json.loads((REPOSITORY / "events" / f"{name}.json").read_text())["Records"]
    event = json.loads(record["body"])
    (own,) = pattern["resources"]
    assert own["prefix"] == {"Fn::Sub": "s3://${Bucket}/"}
    (resource,) = event["resources"]
    assert resource.startswith("s3://driftline-bucket-1a2b3c4d5e6f/")
    assert event["detail-type"] in pattern["detail-type"]


def test_pages_are_made_when_an_incident_of_watch_begins_or_ends(resources: dict[str, dict[str, Any]]) -> None:
    pattern = resources["WatchRule"]["Properties"]["EventPattern"]
    event = json.loads((REPOSITORY / "events/render_report.watch.json").read_text())
    (key,) = pattern["detail"]["object"]["key"]
    assert key["prefix"] == OPEN_WATCH
    assert event["source"] in pattern["source"]
    assert {event["detail-type"], "Object Deleted"} == set(pattern["detail-type"])
    assert event["detail"]["object"]["key"].startswith(OPEN_WATCH)


def test_every_role_says_exactly_what_it_may_do(resources: dict[str, dict[str, Any]]) -> None:
    roles = of_type(resources, "AWS::IAM::Role")
    # Schedules have one each: the monitors', the sweep's, that of check_freshness and the tick's; so has the state
    # machine of backfills.
    assert len(roles) == len(of_type(resources, "AWS::Lambda::Function")) + 5
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


ASYNCHRONOUS = {"CheckFreshness", "AdoptModel"}
"""Functions that EventBridge invokes itself; all others read a queue."""


POSTPONING = {"ExportTelemetry", "NotifyOperator", "StartRetraining"}
"""Functions that say themselves when a message that failed comes again."""


def test_what_fails_waits_and_is_tried_at_the_right_time(resources: dict[str, dict[str, Any]]) -> None:
    functions = of_type(resources, "AWS::Lambda::Function")
    queues = of_type(resources, "AWS::SQS::Queue")
    mappings = of_type(resources, "AWS::Lambda::EventSourceMapping")
    # run_monitor has a queue of windows to judge again, too
    assert len(mappings) == len(functions) - len(ASYNCHRONOUS) + 1
    for mapping in mappings.values():
        function = functions[mapping["FunctionName"]["Ref"]]
        queue = queues[mapping["EventSourceArn"]["Fn::GetAtt"][0]]
        # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html: at least six times the timeout, and
        # the time in which Lambda gathers a batch
        assert queue["VisibilityTimeout"] == 6 * function["Timeout"] + mapping.get("MaximumBatchingWindowInSeconds", 0)
        assert queue["RedrivePolicy"]["maxReceiveCount"] == (10 if mapping["FunctionName"]["Ref"] in POSTPONING else 5)
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert "MaximumConcurrency" in mapping["ScalingConfig"]
    assert all(queue["SqsManagedSseEnabled"] is True for queue in queues.values())


AT_WORK_WHILE_DATA_ARRIVES = {"ProfileQueue", "MergeQueue", "RunQueue", "RerunQueue", "RenderQueue"}


def test_what_works_all_day_fits_an_account_that_runs_ten_functions(template: dict[str, Any]) -> None:
    """And nothing takes more than the least that AWS accepts: docs/guide/operations.md#concurrency."""
    most = {}
    for mapping in of_type(template["Resources"], "AWS::Lambda::EventSourceMapping").values():
        limit = mapping["ScalingConfig"]["MaximumConcurrency"]
        most[mapping["EventSourceArn"]["Fn::GetAtt"][0]] = (
            template["Parameters"][limit["Ref"]]["Default"] if isinstance(limit, dict) else limit
        )
    assert set(most.values()) == {2}
    assert sum(most[queue] for queue in AT_WORK_WHILE_DATA_ARRIVES) <= 10
    assert not any("ReservedConcurrentExecutions" in one for one in template["Resources"].values())


def test_what_ends_a_process_takes_no_other_message_along(resources: dict[str, dict[str, Any]]) -> None:
    sizes = {
        mapping["EventSourceArn"]["Fn::GetAtt"][0]: mapping["BatchSize"]
        for mapping in of_type(resources, "AWS::Lambda::EventSourceMapping").values()
    }
    # Its handler sends other subjects on before it begins.
    assert sizes.pop("BaselineQueue") == 100
    assert set(sizes.values()) == {1}


def test_another_system_may_be_down_for_more_than_half_an_hour(resources: dict[str, dict[str, Any]]) -> None:
    roles = {name: list(statements(resources[f"{name}Role"]["Properties"])) for name in POSTPONING}
    of = {"NotifyOperator": "AlarmQueue", "StartRetraining": "RetrainingQueue", "ExportTelemetry": "TelemetryQueue"}
    for name, queue in of.items():
        tries = resources[queue]["Properties"]["RedrivePolicy"]["maxReceiveCount"]
        assert 3600 < sum(wait(received, None) for received in range(1, tries)) < 2 * 3600
        may = [one for one in roles[name] if "sqs:ChangeMessageVisibility" in listed(one["Action"])]
        assert [one["Resource"] for one in may] == [{"Fn::GetAtt": [queue, "Arn"]}]


def test_a_read_that_something_changed_under_does_not_use_up_all_deliveries(
    resources: dict[str, dict[str, Any]],
) -> None:
    for name in ("SuggestBaseline", "ProfileCapture", "MergeGroundTruth", "RunMonitor"):
        queues = of_type(resources, "AWS::Lambda::EventSourceMapping").values()
        own = [each["EventSourceArn"] for each in queues if each["FunctionName"]["Ref"] == name]
        may = [
            one
            for one in statements(resources[f"{name}Role"]["Properties"])
            if "sqs:ChangeMessageVisibility" in listed(one["Action"])
        ]
        assert [listed(one["Resource"]) for one in may] == [own], name
        for queue in own:
            policy = resources[queue["Fn::GetAtt"][0]]["Properties"]["RedrivePolicy"]
            assert policy["maxReceiveCount"] > HASTY_RETRIES + 1, name


def test_a_queues_or_topics_policy_speaks_of_nothing_else(resources: dict[str, dict[str, Any]]) -> None:
    """SQS and SNS take one resource in a statement, and want statements to be told apart; otherwise the deployment
    ends with "Invalid value for the parameter Policy": Special Information for SQS Policies, Developer Guide."""
    governed = []
    for kind, places in (("AWS::SQS::QueuePolicy", "Queues"), ("AWS::SNS::TopicPolicy", "Topics")):
        for name, policy in of_type(resources, kind).items():
            (place,) = policy[places]
            governed.append(place["Ref"])
            said = policy["PolicyDocument"]["Statement"]
            arn = {"Fn::GetAtt": [place["Ref"], "Arn"]} if places == "Queues" else place
            assert all(one["Resource"] == arn for one in said), name
            assert len({one["Sid"] for one in said}) == len(said), name
    assert len(set(governed)) == len(governed), "the second policy of a queue takes the place of the first"


def test_what_services_send_to_queues_may_arrive(resources: dict[str, dict[str, Any]]) -> None:
    """EventBridge and SNS deliver with the right that the queue's policy gives, never with a role."""
    may: set[tuple[str, str]] = set()
    for policy in of_type(resources, "AWS::SQS::QueuePolicy").values():
        for one in policy["PolicyDocument"]["Statement"]:
            senders = listed(one["Condition"]["ArnEquals"]["aws:SourceArn"])
            names = re.findall(r'"(?:Ref|Fn::GetAtt)": (?:\["(\w+)"|"(\w+)")', json.dumps(senders))
            may |= {(sender or topic, policy["Queues"][0]["Ref"]) for sender, topic in names}
    sends: set[tuple[str, str]] = set()
    for name, rule in of_type(resources, "AWS::Events::Rule").items():
        for target in rule["Targets"]:
            ends = [target["Arn"], target["DeadLetterConfig"]["Arn"]]
            receivers = [end["Fn::GetAtt"][0] for end in ends]
            sends |= {(name, queue) for queue in receivers if resources[queue]["Type"] == "AWS::SQS::Queue"}
    for subscription in of_type(resources, "AWS::SNS::Subscription").values():
        if subscription["Protocol"] == "sqs":
            ends = [subscription["Endpoint"], subscription["RedrivePolicy"]["deadLetterTargetArn"]]
            sends |= {(subscription["TopicArn"]["Ref"], end["Fn::GetAtt"][0]) for end in ends}
    assert sends <= may
    # What stands under a condition of the template is in both.
    assert {sender for sender, _ in may} - {"AWS::NoValue"} == {sender for sender, _ in sends}


def test_names_leave_room_for_a_stacks_name_of_45_characters(resources: dict[str, dict[str, Any]]) -> None:
    for function in of_type(resources, "AWS::Lambda::Function").values():
        fixed = function["FunctionName"]["Fn::Sub"].replace("${AWS::StackName}", "")
        assert len(fixed) <= 64 - 45
    for control in of_type(resources, "AWS::CloudFront::OriginAccessControl").values():
        name = control["OriginAccessControlConfig"]["Name"]["Fn::Sub"]
        longest = name.replace("${AWS::StackName}", "s" * 45).replace("${AWS::Region}", "ap-southeast-2")
        assert len(longest) <= 64


def test_an_update_keeps_the_schedules_that_monitors_have(resources: dict[str, dict[str, Any]]) -> None:
    """configure_monitor made them, and makes them anew only when a document is uploaded: they go with their group."""
    assert resources["ScheduleGroup"]["Properties"]["Name"] == {"Ref": "AWS::StackName"}


def test_a_boundary_bounds_every_role(resources: dict[str, dict[str, Any]]) -> None:
    """An account that wants one refuses to make a role without it."""
    bounded = {"Fn::If": ["HasPermissionsBoundary", {"Ref": "PermissionsBoundaryArn"}, {"Ref": "AWS::NoValue"}]}
    assert all(role["PermissionsBoundary"] == bounded for role in of_type(resources, "AWS::IAM::Role").values())


def test_layers_are_the_stacks_own_and_do_not_pile_up(resources: dict[str, dict[str, Any]]) -> None:
    layers = [one for one in resources.values() if one["Type"] == "AWS::Lambda::LayerVersion"]
    assert {layer["DeletionPolicy"] for layer in layers} == {"Delete"}
    assert {layer["Properties"]["LayerName"]["Fn::Sub"] for layer in layers} == {
        "${AWS::StackName}-driftline",
        "${AWS::StackName}-dependencies",
        "${AWS::StackName}-tables",
    }


def test_functions_without_duckdb_import_nothing_that_needs_it() -> None:
    """Also not on first use: what is imported in a function counts, too."""
    graph = grimp.build_graph("driftline", include_external_packages=True)
    for name, layers in layers_by_function().items():
        app = ast.parse((REPOSITORY / "functions" / name / "app.py").read_text("utf-8"))
        imported = {each.module for each in ast.walk(app) if isinstance(each, ast.ImportFrom) and each.module}
        needing = [each for each in imported & graph.modules if graph.chain_exists(each, "duckdb")]
        assert bool(needing) == ("TablesLayer" in layers), f"{name}: {needing}"


@pytest.mark.parametrize(
    ("namespace", "taken"),
    [
        ("", True),
        ("Mine/Models", True),
        ("aws/sagemaker/x", True),
        (":mine", False),
        ("AWS/Lambda", False),
        ("Driftline/prod", False),
        ("driftline", True),
        ("ä", False),
    ],
)
def test_a_namespace_is_one_that_cloudwatch_takes(template: dict[str, Any], namespace: str, taken: bool) -> None:
    """PutMetricData refuses the others, or signals are there; metrics in log lines are dropped without a word."""
    pattern = template["Parameters"]["MetricsNamespace"]["AllowedPattern"]
    assert bool(re.search(pattern, namespace)) is taken


def test_dashboards_of_another_stack_cannot_be_touched(resources: dict[str, dict[str, Any]]) -> None:
    (keep,) = (
        one for one in statements(resources["ConfigureMonitorRole"]["Properties"]) if one["Sid"] == "KeepDashboards"
    )
    pattern = keep["Resource"]["Fn::Sub"].rsplit("/", 1)[-1]
    allowed = pattern.replace("${AWS::StackName}", "watch").replace("${AWS::Region}", "eu-west-1").removesuffix("*")
    ours, theirs = (Stack(name, "aws", "eu-west-1", "1", "x") for name in ("watch", "watch-2"))
    assert dashboard_name(ours, "flights").startswith(allowed)
    assert not dashboard_name(theirs, "flights").startswith(allowed)


def test_no_right_is_given_twice(resources: dict[str, dict[str, Any]]) -> None:
    for name, role in of_type(resources, "AWS::IAM::Role").items():
        said = list(statements(role))
        given = [
            (action, json.dumps(resource), one["Effect"])
            for one in said
            for action in listed(one["Action"])
            for resource in listed(one["Resource"])
        ]
        assert len(set(given)) == len(given), name


def test_the_bill_counts_what_is_made(resources: dict[str, dict[str, Any]]) -> None:
    """As shipped: what a parameter adds has its own line in docs/reference/cost.md."""
    resources = {name: one for name, one in resources.items() if one.get("Condition") != "ExportsTelemetry"}
    mapped = {
        json.dumps(one["EventSourceArn"]) for one in of_type(resources, "AWS::Lambda::EventSourceMapping").values()
    }
    assert len(mapped) == prices.QUEUES
    lines = {line.what: line for line in stack()}
    alarms = of_type(resources, "AWS::CloudWatch::Alarm")
    assert lines["Stack's alarms"].usd == pytest.approx(prices.ALARM_MONTH * len(alarms))
    assert len(of_type(resources, "AWS::KMS::Key")) * prices.KMS_KEY_MONTH == lines["KMS key"].usd


def dead_letter_queues(resources: dict[str, dict[str, Any]]) -> set[str]:
    """Whatever something leaves behind what it could not deliver or do."""
    text = json.dumps(resources)
    named = re.findall(r'"(?:deadLetterTargetArn|DeadLetterConfig": {"Arn)": {"Fn::GetAtt": \["(\w+)"', text)
    on_failure = re.findall(r'"OnFailure": {[^}]*"Fn::GetAtt": \["(\w+)"', text)
    return {*named, *on_failure}


def test_whatever_is_delivered_or_invoked_has_dead_letters(resources: dict[str, dict[str, Any]]) -> None:
    letters = dead_letter_queues(resources)
    assert all(queue.endswith("DeadLetters") for queue in letters)
    queues = {name for name in of_type(resources, "AWS::SQS::Queue") if not name.endswith("DeadLetters")}
    assert all("RedrivePolicy" in resources[name]["Properties"] for name in queues)
    for rule in of_type(resources, "AWS::Events::Rule").values():
        assert all("DeadLetterConfig" in target for target in rule["Targets"])
    for schedule in of_type(resources, "AWS::Scheduler::Schedule").values():
        assert "DeadLetterConfig" in schedule["Target"]
    for subscription in of_type(resources, "AWS::SNS::Subscription").values():
        assert subscription["Protocol"] == "email" or "RedrivePolicy" in subscription
    failing = of_type(resources, "AWS::Lambda::EventInvokeConfig").values()
    assert {config["FunctionName"]["Ref"] for config in failing} == ASYNCHRONOUS
    assert all("OnFailure" in config["DestinationConfig"] for config in failing)


def test_every_dead_letter_queue_has_an_alarm_that_somebody_hears(resources: dict[str, dict[str, Any]]) -> None:
    alarms = {
        alarm["Dimensions"][0]["Value"]["Fn::GetAtt"][0]: alarm["AlarmActions"]
        for alarm in of_type(resources, "AWS::CloudWatch::Alarm").values()
        if alarm["Namespace"] == "AWS/SQS"
    }
    assert set(alarms) == dead_letter_queues(resources)
    # What notify_operator could not tell, it cannot tell about either.
    assert alarms.pop("AlarmDeadLetters") == [{"Ref": "OperatorTopic"}]
    assert all(actions == [{"Ref": "AlarmTopic"}] for actions in alarms.values())


def test_who_is_told_of_dead_letters_may_see_which(resources: dict[str, dict[str, Any]]) -> None:
    [may] = [
        one for one in statements(resources["NotifyOperatorRole"]["Properties"]) if one["Sid"] == "LookAtDeadLetters"
    ]
    assert set(may["Action"]) == {"sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"}
    readable = [resource["Fn::If"][1] if "Fn::If" in resource else resource for resource in may["Resource"]]
    assert {resource["Fn::GetAtt"][0] for resource in readable} == dead_letter_queues(resources) - {"AlarmDeadLetters"}


def test_metrics_that_cloudwatch_drops_are_noticed(resources: dict[str, dict[str, Any]]) -> None:
    functions = [app.parent.name for app in (REPOSITORY / "functions").glob("*/app.py") if "emf" in app.read_text()]
    groups = ["".join(word.capitalize() for word in name.split("_")) + "Logs" for name in functions]
    alarms = [
        alarm
        for alarm in of_type(resources, "AWS::CloudWatch::Alarm").values()
        if alarm["Namespace"] == "AWS/Logs" and alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]
    ]
    watched = {(alarm["Dimensions"][0]["Value"]["Ref"], alarm["MetricName"]) for alarm in alarms}
    assert watched == set(product(groups, ("EMFParsingErrors", "EMFValidationErrors")))


def test_what_watches_the_others_is_watched(resources: dict[str, dict[str, Any]]) -> None:
    alarm = resources["FreshnessStoppedAlarm"]["Properties"]
    assert alarm["Dimensions"][0]["Value"] == {"Ref": "CheckFreshness"}
    # Silent until it ran for the first time, and loud when it ran and does not any more.
    assert alarm["TreatMissingData"] == "missing"
    assert alarm["InsufficientDataActions"] == [{"Ref": "AlarmTopic"}]


def test_alarms_that_are_over_end_their_conversations(resources: dict[str, dict[str, Any]]) -> None:
    for name, alarm in of_type(resources, "AWS::CloudWatch::Alarm").items():
        if {"Ref": "AlarmTopic"} in alarm["AlarmActions"]:
            assert alarm["OKActions"] == [{"Ref": "AlarmTopic"}], name


def test_topics_are_encrypted_and_only_alarms_publish_besides_the_functions(
    resources: dict[str, dict[str, Any]],
) -> None:
    topics = of_type(resources, "AWS::SNS::Topic")
    assert set(topics) == {"OperatorTopic", "AlarmTopic", "RetrainingTopic"}
    assert all("KmsMasterKeyId" in topic for topic in topics.values())
    policies = of_type(resources, "AWS::SNS::TopicPolicy").values()
    assert {topic["Ref"] for policy in policies for topic in policy["Topics"]} == set(topics)
    (key,) = of_type(resources, "AWS::KMS::Key").values()
    encrypting = [one for one in key["KeyPolicy"]["Statement"] if "Service" in one["Principal"]]
    publishing = [one for policy in policies for one in policy["PolicyDocument"]["Statement"]]
    for statement in (*publishing, *encrypting):
        assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    # An alarm whose key does not let CloudWatch encrypt goes off in silence.
    assert [one["Action"] for one in encrypting] == [["kms:Decrypt", "kms:GenerateDataKey*"]]


def test_roles_that_publish_may_encrypt(resources: dict[str, dict[str, Any]]) -> None:
    for name, role in of_type(resources, "AWS::IAM::Role").items():
        actions = {action for one in statements(role) for action in listed(one["Action"])}
        if "sns:Publish" in actions:
            assert {"kms:Decrypt", "kms:GenerateDataKey"} <= actions, name


def test_only_the_operators_function_writes_email(resources: dict[str, dict[str, Any]]) -> None:
    publishers = {
        name
        for name, role in of_type(resources, "AWS::IAM::Role").items()
        for statement in statements(role)
        if "sns:Publish" in listed(statement["Action"]) and {"Ref": "OperatorTopic"} in listed(statement["Resource"])
    }
    assert publishers == {"NotifyOperatorRole"}


def test_functions_speak_under_their_own_name_alone(resources: dict[str, dict[str, Any]]) -> None:
    found = 0
    for name, role in of_type(resources, "AWS::IAM::Role").items():
        for statement in statements(role):
            if "events:PutEvents" in listed(statement["Action"]):
                found += 1
                assert statement["Condition"] == {
                    "ForAllValues:StringEquals": {"events:source": "driftline"},
                    "Null": {"events:source": "false"},
                }, name
    assert found == 3


def test_nothing_is_started_that_no_parameter_names(resources: dict[str, dict[str, Any]]) -> None:
    starting = {"sagemaker:StartPipelineExecution", "states:StartExecution", "lambda:InvokeFunction"}
    (policy,) = resources["StartRetrainingRole"]["Properties"]["Policies"]
    given = [one["Fn::If"] for one in policy["PolicyDocument"]["Statement"] if "Fn::If" in one]
    found = {
        action: (condition, statement["Resource"]["Ref"])
        for condition, statement, _ in given
        for action in starting & set(listed(statement["Action"]))
    }
    assert found == {
        "sagemaker:StartPipelineExecution": ("HasRetrainingPipeline", "RetrainingPipelineArn"),
        "states:StartExecution": ("HasRetrainingStateMachine", "RetrainingStateMachineArn"),
        "lambda:InvokeFunction": ("HasRetrainingFunction", "RetrainingFunctionArn"),
    }
    unconditional = [one for one in policy["PolicyDocument"]["Statement"] if "Fn::If" not in one]
    assert not starting & {action for one in unconditional for action in listed(one["Action"])}


def test_backfills_are_there_only_if_wanted(template: dict[str, Any], resources: dict[str, dict[str, Any]]) -> None:
    assert template["Parameters"]["BackfillConcurrency"]["Default"] == 0
    assert {name for name, one in resources.items() if one.get("Condition") == "HasBackfill"} == {
        "BackfillMachine",
        "BackfillRole",
    }


def test_a_backfill_goes_on_whatever_one_batch_does(resources: dict[str, dict[str, Any]]) -> None:
    text = resources["BackfillMachine"]["Properties"]["DefinitionString"]["Fn::Sub"]
    states = json.loads(re.sub(r"\$\{BackfillConcurrency\}", "20", text))["States"]
    maps = {name: state for name, state in states.items() if state["Type"] == "Map"}
    assert list(maps) == ["Files", "Captures", "Labels", "Days", "Windows", "Pages"]
    for name in ("Files", "Captures", "Labels", "Days", "Pages"):
        assert maps[name]["ToleratedFailurePercentage"] == 100
        assert maps[name]["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"
    for state in maps.values():
        tasks = [one for one in state["ItemProcessor"]["States"].values() if one["Type"] == "Task"]
        # An item that ends its process takes four attempts until it is named.
        assert [one["Retry"][-1]["ErrorEquals"] for one in tasks] == [["States.ALL"]]
        assert all(one["Retry"][-1]["MaxAttempts"] >= 4 for one in tasks)
    assert [state["Catch"][0]["Next"] for state in states.values() if "Catch" in state] == ["Conclude"] * 4


def test_alarms_of_others_cannot_be_touched(resources: dict[str, dict[str, Any]]) -> None:
    writes = {"cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms", "cloudwatch:TagResource"}
    for name, role in of_type(resources, "AWS::IAM::Role").items():
        for statement in statements(role):
            if writes & set(listed(statement["Action"])):
                assert name == "ConfigureMonitorRole"
                assert statement["Resource"]["Fn::Sub"].endswith(":alarm:${AWS::StackName}/*")


def test_data_outlives_the_stack_and_old_state_does_not(resources: dict[str, dict[str, Any]]) -> None:
    bucket = resources["Bucket"]
    assert bucket["DeletionPolicy"] == "RetainExceptOnCreate"
    assert bucket["UpdateReplacePolicy"] == "Retain"
    rules = {rule["Id"]: rule for rule in bucket["Properties"]["LifecycleConfiguration"]["Rules"]}
    old = {rule["Prefix"]: rule for rule in rules.values() if "NoncurrentVersionExpiration" in rule}
    assert set(old) == {"state/", "reports/", "merged/", "tables/", "state/recent/", "state/index/"}
    for prefix, rule in old.items():
        days = 1 if prefix in {"state/recent/", "state/index/"} else {"Ref": "OldVersionDays"}
        assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": days}
        # S3 takes no rule with both.
        assert "ExpirationInDays" not in rule


def test_what_a_user_gave_never_expires_and_of_state_only_what_captures_and_labels_give_again(
    resources: dict[str, dict[str, Any]], template: dict[str, Any]
) -> None:
    rules = resources["Bucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    days = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule}
    parameters = {prefix: each["Fn::If"][1]["Ref"] for prefix, each in days.items()}
    assert {prefix for prefix, name in parameters.items() if name == "ReportDays"} == {
        "reports/",
        "merged/",
        "tables/",
        "state/overview/",
    }
    assert [prefix for prefix, name in parameters.items() if name == "RecordDays"] == ["state/records/"]
    of_state = {prefix for prefix, name in parameters.items() if name == "StateDays"}
    folders = "backfill explanations indexes kinds label-hours label-rejects labels merged open-labels profiles rejects rollups"
    assert of_state == {f"state/{folder}/" for folder in folders.split()}
    # Not the last execution of a monitor that rests, the models of an endpoint, or since when something is waited for.
    assert not {"state/executions/", "state/models/", "state/freshness/"} & set(days)
    for rule in rules:
        if "ExpirationInDays" in rule:
            name = parameters[rule["Prefix"]]
            condition = {"ReportDays": "ExpiresReports", "StateDays": "ExpiresState", "RecordDays": "ExpiresRecords"}[
                name
            ]
            assert rule["Status"] == {"Fn::If": [condition, "Enabled", "Disabled"]}
            assert rule["ExpirationInDays"]["Fn::If"][0] == condition
    # A window begins 366 days before its scheduled time at most, and late data reopens it for a while.
    assert template["Parameters"]["StateDays"]["Default"] > 366 + 14
    assert template["Parameters"]["ReportDays"]["Default"] == 0


def test_nothing_is_public_and_nothing_goes_without_tls(resources: dict[str, dict[str, Any]]) -> None:
    bucket = resources["Bucket"]["Properties"]
    assert all(value is True for value in bucket["PublicAccessBlockConfiguration"].values())
    statement, pages = resources["BucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert pages["Fn::If"][0] == "ServesReports"


def test_report_pages_are_served_to_no_one_unless_somebody_chooses_to_whom(
    resources: dict[str, dict[str, Any]], template: dict[str, Any]
) -> None:
    assert template["Parameters"]["ServeReports"]["Default"] == "false"
    served = [name for name, one in resources.items() if one["Type"].startswith("AWS::CloudFront::")]
    assert len(served) == 4
    assert all(resources[name]["Condition"] == "ServesReports" for name in served)
    rule = template["Rules"]["ReportsAreNotForEverybody"]
    assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "ServeReports"}, "true"]}
    given = {"ServeReports": "true"}
    restrictions = ["ReportsWebAclArn", "ReportsViewerFunctionArn", "ReportsEdgeFunctionArn", "ReportsKeyGroupId"]

    def accepted(**parameters: str) -> bool:
        values = {name: str(each.get("Default", "")) for name, each in template["Parameters"].items()}
        return all(holds(each["Assert"], values | given | parameters) for each in rule["Assertions"])

    assert not accepted()
    assert all(accepted(**{name: "something"}) for name in restrictions)
    assert not accepted(ReportsViewerFunctionArn="one", ReportsEdgeFunctionArn="another")
    assert not accepted(ReportsKeyGroupId="group", ReportsDomainName="reports.example.com")
    assert accepted(ReportsKeyGroupId="group", ReportsDomainName="reports.example.com", ReportsCertificateArn="arn")


def holds(condition: Any, parameters: dict[str, str]) -> bool:
    """What a rule's function says of parameters."""
    ((name, arguments),) = condition.items()
    match name:
        case "Fn::Equals":
            one, other = (parameters[each["Ref"]] if isinstance(each, dict) else each for each in arguments)
            return bool(one == other)
        case "Fn::Not":
            return not holds(arguments[0], parameters)
        case "Fn::And":
            return all(holds(each, parameters) for each in arguments)
        case "Fn::Or":
            return any(holds(each, parameters) for each in arguments)
        case other:
            raise AssertionError(other)


def test_the_distribution_gets_pages_alone_and_serves_them_safely(resources: dict[str, dict[str, Any]]) -> None:
    allowed = resources["BucketPolicy"]["Properties"]["PolicyDocument"]["Statement"][1]["Fn::If"][1]
    assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert allowed["Action"] == "s3:GetObject"
    assert allowed["Resource"] == {"Fn::Sub": "${Bucket.Arn}/reports/*.html"}
    (source,) = allowed["Condition"]["StringEquals"].items()
    assert source[0] == "aws:SourceArn"
    assert source[1]["Fn::Sub"].endswith(":distribution/${ReportsDistribution}")
    distribution = resources["ReportsDistribution"]["Properties"]["DistributionConfig"]
    (origin,) = distribution["Origins"]
    assert origin["OriginPath"] == "/reports"
    assert origin["OriginAccessControlId"] == {"Fn::GetAtt": ["ReportsAccess", "Id"]}
    access = resources["ReportsAccess"]["Properties"]["OriginAccessControlConfig"]
    assert (access["SigningBehavior"], access["SigningProtocol"]) == ("always", "sigv4")
    behaviour = distribution["DefaultCacheBehavior"]
    assert "CacheBehaviors" not in distribution, "another behaviour would need the restrictions, too"
    assert behaviour["ViewerProtocolPolicy"] == "redirect-to-https"
    assert behaviour["AllowedMethods"] == ["GET", "HEAD"]
    for part, condition in {
        "TrustedKeyGroups": "HasReportsKeyGroup",
        "FunctionAssociations": "HasReportsViewerFunction",
        "LambdaFunctionAssociations": "HasReportsEdgeFunction",
    }.items():
        assert behaviour[part]["Fn::If"][0] == condition
    assert distribution["WebACLId"]["Fn::If"] == [
        "HasReportsWebAcl",
        {"Ref": "ReportsWebAclArn"},
        {"Ref": "AWS::NoValue"},
    ]
    assert distribution["ViewerCertificate"]["Fn::If"][1]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    headers = resources["ReportsHeadersPolicy"]["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    assert headers["FrameOptions"]["FrameOption"] == "DENY"
    assert headers["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31536000
    assert headers["ReferrerPolicy"]["ReferrerPolicy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["ContentSecurityPolicy"]["ContentSecurityPolicy"]


def test_messages_link_to_where_reports_are(resources: dict[str, dict[str, Any]], template: dict[str, Any]) -> None:
    variables = resources["NotifyOperator"]["Properties"]["Environment"]["Variables"]
    assert variables["REPORT_LINK_HOURS"] == {"Ref": "ReportLinkHours"}
    served, not_served = variables["REPORTS_URL"]["Fn::If"][1:]
    assert not_served == ""
    assert served == template["Outputs"]["ReportsUrl"]["Value"]
    # Lambda's credentials hold for twelve hours at most, and so does what they sign.
    assert template["Parameters"]["ReportLinkHours"]["MaxValue"] == 12
