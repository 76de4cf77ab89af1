"""Whether what a retraining starts exists, and whether a role may start it.

Source: AWS IAM API Reference, SimulatePrincipalPolicy, which also knows permissions boundaries and the account's
service control policies; API references of SageMaker, Step Functions and Lambda.
"""

from collections.abc import Callable, Sequence
from typing import Any

from driftline.adapters.aws.deployment.refusals import AbsentError, absent_is_ours
from driftline.domain.doctor.retraining import TargetKind, TargetState


def refused_actions(client: Any, role: str, actions: Sequence[str], arn: str) -> list[str]:
    """Those that a role may not do on a resource.

    Args:
        client: A boto3 IAM client.
        role: The role's name.
    """
    source = client.get_role(RoleName=role)["Role"]["Arn"]
    found = client.simulate_principal_policy(PolicySourceArn=source, ActionNames=list(actions), ResourceArns=[arn])
    return [each["EvalActionName"] for each in found["EvaluationResults"] if each["EvalDecision"] != "allowed"]


def target_state(client: Callable[[str], Any], kind: TargetKind, name: str) -> TargetState:
    """Whether it exists.

    Args:
        client: Returns a boto3 client for a service.
        name: A name or an ARN.
    """
    try:
        with absent_is_ours("ResourceNotFound", "ResourceNotFoundException", "StateMachineDoesNotExist"):
            if kind == "pipeline":
                client("sagemaker").describe_pipeline(PipelineName=name.rsplit("/", 1)[-1])
            elif kind == "function":
                client("lambda").get_function_configuration(FunctionName=name)
            elif client("stepfunctions").describe_state_machine(stateMachineArn=name)["type"] != "STANDARD":
                return "express"
    except AbsentError:
        return "absent"
    return "there"
