"""Roles against the calls that the code makes. The embedded cloud does not enforce all of them: SageMaker, state machines
and the services' own roles."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import pytest

from tests.places import REPOSITORY
from tests.policies import ACCOUNT, PARAMETERS, REGION, Role, arn, foreign, roles

PACKAGE = REPOSITORY / "layers" / "driftline"

ACTIONS: Mapping[str, set[str]] = {
    "change_message_visibility": {"sqs:ChangeMessageVisibility"},
    "copy": {
        "s3:GetObject",
        "s3:PutObject",
        "s3:AbortMultipartUpload",
        "s3:GetObjectAnnotation",
        "s3:PutObjectAnnotation",
    },
    "create_schedule": {"scheduler:CreateSchedule", "iam:PassRole"},
    "delete_alarms": {"cloudwatch:DeleteAlarms"},
    "delete_dashboards": {"cloudwatch:DeleteDashboards"},
    "delete_message_batch": {"sqs:DeleteMessage"},
    "delete_object": {"s3:DeleteObject"},
    "delete_schedule": {"scheduler:DeleteSchedule"},
    "describe_alarms": {"cloudwatch:DescribeAlarms"},
    "describe_endpoint": {"sagemaker:DescribeEndpoint"},
    "describe_endpoint_config": {"sagemaker:DescribeEndpointConfig"},
    "describe_model": {"sagemaker:DescribeModel"},
    "describe_model_package": {"sagemaker:DescribeModelPackage"},
    "describe_pipeline": {"sagemaker:DescribePipeline"},
    "describe_state_machine": {"states:DescribeStateMachine"},
    "get_item": {"dynamodb:GetItem"},
    "get_object": {"s3:GetObject"},
    "get_queue_attributes": {"sqs:GetQueueAttributes"},
    "get_queue_url": {"sqs:GetQueueUrl"},
    "get_schedule": {"scheduler:GetSchedule"},
    "head_object": {"s3:GetObject"},
    "invoke": {"lambda:InvokeFunction"},
    "invoke_endpoint": {"sagemaker:InvokeEndpoint"},
    "list_objects_v2": {"s3:ListBucket"},
    "list_tags_for_resource": {"cloudwatch:ListTagsForResource"},
    "publish": {"sns:Publish"},
    "put_dashboard": {"cloudwatch:PutDashboard"},
    "put_events": {"events:PutEvents"},
    "put_item": {"dynamodb:PutItem"},
    "put_metric_alarm": {"cloudwatch:PutMetricAlarm"},
    "put_object": {"s3:PutObject"},
    "query": {"dynamodb:Query"},
    "receive_message": {"sqs:ReceiveMessage"},
    "send_message": {"sqs:SendMessage"},
    "send_message_batch": {"sqs:SendMessage"},
    "start_execution": {"states:StartExecution"},
    "start_pipeline_execution": {"sagemaker:StartPipelineExecution"},
    "tag_resource": {"cloudwatch:TagResource"},
    "untag_resource": {"cloudwatch:UntagResource"},
    "update_schedule": {"scheduler:UpdateSchedule", "iam:PassRole"},
}
"""What AWS asks for, by the method of boto3: https://docs.aws.amazon.com/service-authorization/latest/reference/."""

CLIENTS = {"client", "_client", "manager"}
"""Names of what calls AWS."""

NO_CALLS = {"chat_postMessage", "exceptions", "generate_presigned_url", "get_paginator", "meta", "send"}
"""What else is done with a client; Slack's is not AWS's. A presigned link and a paginator name their call as a text."""

BY_POWERTOOLS: Mapping[str, set[str]] = {
    "driftline.adapters.aws.once": {f"dynamodb:{verb}Item" for verb in ("Get", "Put", "Update", "Delete")},
    "driftline.adapters.telemetry.collector": {"ssm:GetParameter"},
    "driftline.adapters.channels.loading": {"ssm:GetParametersByPath", "secretsmanager:GetSecretValue"},
}
"""What Powertools' own clients do, by the adapter that uses them."""

BY_THE_PLATFORM = {
    "logs:CreateLogStream": "Lambda writes the log with the function's role",
    "logs:PutLogEvents": "as above",
    "sqs:ReceiveMessage": "Lambda's pollers read the queue with the function's role",
    "sqs:DeleteMessage": "as above",
    "sqs:GetQueueAttributes": "as above",
    "sqs:SendMessage": "Lambda leaves failed events in a queue with the function's role",
    "kms:Decrypt": "S3, SNS, SSM and Secrets Manager use keys with the role of the caller",
    "kms:GenerateDataKey": "as above",
}

NOT_NEEDED: Mapping[str, tuple[set[str], str]] = {
    "adopt_model": ({"dynamodb:Query"}, "takes turns, and lists nothing of the table"),
    "configure_monitor": ({"sqs:ChangeMessageVisibility"}, "lets the queue decide when a message comes again"),
    "check_freshness": (set(), ""),
    "export_telemetry": (set(), ""),
    "explain_model": (
        {"s3:AbortMultipartUpload", "s3:GetObjectAnnotation", "s3:PutObjectAnnotation"},
        "reads files of models, and copies none",
    ),
    "merge_ground_truth": (set(), ""),
    "notify_operator": (set(), ""),
    "profile_capture": (set(), ""),
    "render_index": ({"s3:DeleteObject"}, "overwrites the page"),
    "render_report": ({"sqs:ChangeMessageVisibility", "s3:DeleteObject"}, "as configure_monitor; overwrites pages"),
    "run_monitor": (
        {"s3:AbortMultipartUpload", "s3:GetObjectAnnotation", "s3:PutObjectAnnotation"},
        "copies no files of models",
    ),
    "start_retraining": ({"s3:DeleteObject"}, "decisions stay"),
    "suggest_baseline": (
        {"s3:AbortMultipartUpload", "s3:GetObjectAnnotation", "s3:PutObjectAnnotation"},
        "copies no files of models",
    ),
}
"""Calls of the adapters that a function imports, and does not make."""

WIDE = {
    ("ConfigureMonitorRole", "FindAlarms"): "CloudWatch lets alarms be looked up by a prefix for all or none",
    ("AdoptModelRole", "LookUpModels"): "which endpoints are watched is said in documents, not in the stack",
}

FUNCTIONS = sorted(path.parent.name for path in (REPOSITORY / "functions").glob("*/app.py"))


@pytest.fixture(scope="module")
def granted() -> Mapping[str, Role]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        return roles()


def role_of(function: str, granted: Mapping[str, Role]) -> Role:
    return granted["".join(word.capitalize() for word in function.split("_")) + "Role"]


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("driftline."):
            yield str(node.module)


@cache
def tree_of(module: str) -> ast.AST:
    return ast.parse((PACKAGE / f"{module.replace('.', '/')}.py").read_text("utf-8"))


def adapters_of(tree: ast.AST) -> set[str]:
    """The adapters that are imported, also by one another."""
    found: set[str] = set()
    waiting = list(imported(tree))
    while waiting:
        module = waiting.pop()
        path = PACKAGE / f"{module.replace('.', '/')}.py"
        if module.startswith("driftline.adapters.") and module not in found and path.is_file():
            found.add(module)
            waiting += imported(tree_of(module))
    return found


def calls_in(module: str) -> Iterator[str]:
    """Methods of clients, those that are only named as a text included, and of s3transfer's manager, which has one."""
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).rpartition(".")[-1] in CLIENTS:
            yield node.attr
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            named = node.args[0]
            if node.func.attr in {"get_paginator", "generate_presigned_url"} and isinstance(named, ast.Constant):
                yield str(named.value)


def asked_by(function: str) -> set[str]:
    modules = adapters_of(ast.parse((REPOSITORY / "functions" / function / "app.py").read_text("utf-8")))
    calls = {call for module in modules for call in calls_in(module)} - NO_CALLS
    unknown = calls - set(ACTIONS)
    assert not unknown, f"Say in ACTIONS which rights these calls need: {unknown}"
    return set().union(*(ACTIONS[call] for call in calls), *(BY_POWERTOOLS.get(module, set()) for module in modules))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_has_the_actions_of_the_calls_that_are_made_and_no_other(
    function: str, granted: Mapping[str, Role]
) -> None:
    asked, (not_needed, _) = asked_by(function), NOT_NEEDED[function]
    has = role_of(function, granted).actions
    assert not_needed <= asked, "an exception that nothing needs any more"
    assert asked - not_needed - has == set(), "calls without a right"
    assert has - (asked - not_needed) - set(BY_THE_PLATFORM) == set(), "rights without a call"


def test_every_call_is_made_by_some_function() -> None:
    assert (
        set(ACTIONS)
        == {
            call
            for function in FUNCTIONS
            for module in adapters_of(ast.parse((REPOSITORY / "functions" / function / "app.py").read_text("utf-8")))
            for call in calls_in(module)
        }
        - NO_CALLS
    )


def test_what_is_not_the_stacks_is_not_allowed(granted: Mapping[str, Role]) -> None:
    wide = set()
    for name, role in granted.items():
        for statement in role.statements:
            others = [resource for action in statement.actions for resource in foreign(action)]
            if statement.allows and any(
                statement.covers(action, each) for action in statement.actions for each in others
            ):
                wide.add((name, statement.sid))
            # Whole services, and names that end anywhere
            assert all(resource.count(":") >= 5 for resource in statement.resources), statement
            assert not any("*" in action for action in statement.actions), statement
    assert wide == set(WIDE)


PLACE = f"{REGION}:{ACCOUNT}"
BUS = f"arn:aws:events:{PLACE}:event-bus/default"
QUEUE = "AWS::SQS::Queue"


@pytest.mark.parametrize(
    ("role", "action", "resource"),
    [
        ("StartRetrainingRole", "sagemaker:StartPipelineExecution", PARAMETERS["RetrainingPipelineArn"]),
        ("StartRetrainingRole", "sagemaker:DescribePipeline", PARAMETERS["RetrainingPipelineArn"]),
        ("StartRetrainingRole", "states:StartExecution", PARAMETERS["RetrainingStateMachineArn"]),
        ("BackfillRole", "states:StartExecution", f"arn:aws:states:{PLACE}:stateMachine:watch-backfill"),
        ("StartRetrainingRole", "states:DescribeStateMachine", PARAMETERS["RetrainingStateMachineArn"]),
        ("StartRetrainingRole", "lambda:InvokeFunction", PARAMETERS["RetrainingFunctionArn"]),
        ("ExplainModelRole", "sagemaker:InvokeEndpoint", PARAMETERS["PredictionEndpointArn"]),
        ("SuggestBaselineRole", "sagemaker:InvokeEndpoint", PARAMETERS["PredictionEndpointArn"]),
        ("AdoptModelRole", "s3:GetObjectAnnotation", "arn:aws:s3:::models/churn/1/data.csv"),
        (
            "AdoptModelRole",
            "s3:PutObjectAnnotation",
            "arn:aws:s3:::watch-bucket/baselines/churn/data_quality/arriving/x",
        ),
        ("ConfigureMonitorRole", "iam:PassRole", arn("SchedulerRole", "AWS::IAM::Role")),
        ("SchedulerRole", "sqs:SendMessage", arn("RunQueue", QUEUE)),
        ("SchedulerRole", "sqs:SendMessage", arn("RunDeadLetters", QUEUE)),
        ("SweepRole", "sqs:SendMessage", arn("MergeQueue", QUEUE)),
        ("TickRole", "sqs:SendMessage", arn("AlarmQueue", QUEUE)),
        ("FreshnessScheduleRole", "lambda:InvokeFunction", arn("CheckFreshness", "AWS::Lambda::Function")),
        ("CheckFreshnessRole", "sqs:SendMessage", arn("FreshnessDeadLetters", QUEUE)),
        ("CheckFreshnessRole", "sqs:SendMessage", arn("ConfigureQueue", QUEUE)),
        ("AdoptModelRole", "sqs:SendMessage", arn("AdoptDeadLetters", QUEUE)),
    ],
)
def test_what_the_emulator_does_not_enforce_is_allowed_there_and_nowhere_else(
    role: str, action: str, resource: str, granted: Mapping[str, Role]
) -> None:
    assert granted[role].allowing(action, resource)
    for other in (*foreign(action), f"{resource}-2", resource.replace(ACCOUNT, "210987654321")):
        if other != resource and not other.startswith("arn:aws:s3:::"):
            assert not granted[role].allowing(action, other), other


@pytest.mark.parametrize("action", ["states:DescribeExecution", "states:StopExecution"])
def test_a_backfill_follows_its_own_executions_alone(action: str, granted: Mapping[str, Role]) -> None:
    executions = f"arn:aws:states:{PLACE}:execution:"
    for own in ("watch-backfill:one", "watch-backfill/Captures:one"):
        assert granted["BackfillRole"].allowing(action, executions + own)
    assert not granted["BackfillRole"].allowing(action, f"{executions}watch-backfill-2:one")


def test_who_starts_what_is_limited_to_these(granted: Mapping[str, Role]) -> None:
    """A role that may start, invoke or pass on can cost money, or act as another role."""
    strong = {
        "iam:PassRole": {"ConfigureMonitorRole"},
        "lambda:InvokeFunction": {"BackfillRole", "StartRetrainingRole", "FreshnessScheduleRole"},
        "sagemaker:InvokeEndpoint": {"ExplainModelRole", "SuggestBaselineRole"},
        "sagemaker:StartPipelineExecution": {"StartRetrainingRole"},
        "states:StartExecution": {"BackfillRole", "StartRetrainingRole"},
        "sns:Publish": {"CheckFreshnessRole", "ConfigureMonitorRole", "NotifyOperatorRole", "SuggestBaselineRole"},
        "events:PutEvents": {"AdoptModelRole", "RunMonitorRole", "StartRetrainingRole"},
    }
    for action, names in strong.items():
        assert {name for name, role in granted.items() if action in role.actions} == names


def test_events_and_roles_are_passed_under_conditions(granted: Mapping[str, Role]) -> None:
    own = {"ForAllValues:StringEquals": {"events:source": "driftline"}, "Null": {"events:source": "false"}}
    for name in ("AdoptModelRole", "RunMonitorRole", "StartRetrainingRole"):
        assert [each.condition for each in granted[name].allowing("events:PutEvents", BUS)] == [own]
    (passed,) = granted["ConfigureMonitorRole"].allowing("iam:PassRole", arn("SchedulerRole", "AWS::IAM::Role"))
    assert passed.condition == {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}


def test_roles_are_assumed_by_their_service_only(granted: Mapping[str, Role]) -> None:
    schedules = {"SchedulerRole", "SweepRole", "TickRole", "FreshnessScheduleRole"}
    for name, role in granted.items():
        service = "scheduler" if name in schedules else "states" if name == "BackfillRole" else "lambda"
        (trust,) = role.trusts
        assert (trust["Principal"], trust["Action"]) == ({"Service": f"{service}.amazonaws.com"}, "sts:AssumeRole")
        # Lambda does not say for which account it asks; the role is the function's by its configuration.
        of_account: Sequence[object] = [{"StringEquals": {"aws:SourceAccount": ACCOUNT}}]
        assert [trust[key] for key in ("Condition",) if key in trust] == ([] if service == "lambda" else of_account)
