"""One check never stops another, and a defect is not mistaken for a missing permission."""

from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from driftline.adapters.aws.deployment.refusals import meaning
from driftline.domain.doctor.line import Line, ok
from driftline.domain.doctor.stack import StackFacts
from driftline.kinds.registry import KINDS
from driftline.usecases.doctor.checks import Patient
from driftline.usecases.doctor.examine import Examination, examine
from driftline.usecases.ports.deployment import Deployment
from tests.unit.domain.test_doctor_checks import AT, STACK


def refusal(operation: str, code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


class OnlyAStack:
    """A deployment of which nothing but the stack can be read."""

    where = "eu-west-1 of account 123456789012"

    def __init__(self, stack: StackFacts | Exception | None = STACK) -> None:
        self._stack = stack

    def stack(self) -> StackFacts | None:
        if isinstance(self._stack, Exception):
            raise self._stack
        return self._stack

    def why(self, error: Exception) -> str:
        return meaning(error)


def look(deployment: OnlyAStack, **checks: Any) -> Examination:
    return examine(cast("Deployment", deployment), "driftline", AT, release="1.2.0", kinds=KINDS, checks=checks)


def _denied(_patient: Patient) -> list[Line]:
    raise refusal("GetObject", "AccessDenied", "Access Denied")


def _well(_patient: Patient) -> list[Line]:
    return [ok("fine")]


def _defect(_patient: Patient) -> list[Line]:
    raise KeyError("a mistake")


def test_a_check_that_may_not_look_is_one_line() -> None:
    found = look(OnlyAStack(), first=_denied, second=_well)
    assert [(each.check, each.line.state) for each in found.lines] == [("first", "unseen"), ("second", "ok")]
    assert found.lines[0].line.text == "Could not look: needs s3:GetObject."
    assert not found.healthy


def test_a_defect_is_not_hidden() -> None:
    with pytest.raises(KeyError, match="a mistake"):
        look(OnlyAStack(), first=_defect)


def test_everything_fine_is_healthy() -> None:
    assert look(OnlyAStack(), first=_well).healthy


def test_a_stack_that_cannot_be_reached() -> None:
    gone = EndpointConnectionError(endpoint_url="https://cloudformation.eu-west-1.amazonaws.com/")
    [line] = look(OnlyAStack(gone), first=_well).lines
    assert line.line.text.startswith("Could not look: Could not connect to the endpoint URL")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            refusal(
                "DescribeRule", "AccessDeniedException", "User: x is not authorized to perform: events:DescribeRule on"
            ),
            "needs events:DescribeRule",
        ),
        (refusal("ListObjectsV2", "AccessDenied", "Access Denied"), "needs s3:ListBucket"),
        (refusal("HeadObject", "403", "Forbidden"), "needs s3:GetObject"),
        (refusal("GetRole", "Throttling", "Rate exceeded."), "GetRole answered Throttling: Rate exceeded"),
    ],
)
def test_what_an_error_means(error: ClientError, said: str) -> None:
    assert meaning(error) == said
