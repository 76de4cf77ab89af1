"""S3CaptureBuckets against moto: what the stack may read, and what is said of what it may not."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from driftline.adapters.aws.capture_buckets import S3CaptureBuckets


@pytest.fixture
def client(aws: None) -> Any:
    client = boto3.client("s3", region_name="us-east-1")
    client.create_bucket(Bucket="captures")
    return client


@pytest.mark.parametrize("bucket", ["captures", "own"])
def test_a_bucket_that_can_be_listed_is_fine_and_the_stacks_own_is_not_asked(client: Any, bucket: str) -> None:
    assert S3CaptureBuckets("own", ["captures"], client).problem(bucket, "x/") is None


@pytest.mark.parametrize(
    ("names", "allowed", "parameter"),
    [
        (["captures", "more"], "captures, more", "CaptureBucketName=captures,more,elsewhere;"),
        ([], "no bucket but the stack's own", "CaptureBucketName=elsewhere;"),
    ],
)
def test_one_that_the_stack_does_not_name_is_said_with_the_parameter_that_adds_it(
    client: Any, names: list[str], allowed: str, parameter: str
) -> None:
    problem = S3CaptureBuckets("own", names, client).problem("elsewhere", "")
    assert problem is not None
    assert problem.path == ("capture", "bucket")
    assert "may not read" in problem.found
    assert problem.allowed.startswith(allowed)
    assert parameter in problem.mend


def test_one_that_does_not_exist_is_said(client: Any) -> None:
    problem = S3CaptureBuckets("own", ["capturs"], client).problem("capturs", "")
    assert problem is not None
    assert "does not exist" in problem.found


@pytest.mark.parametrize("code", ["AccessDenied", "AllAccessDisabled"])
def test_one_that_s3_refuses_is_said_with_what_another_account_has_to_do(client: Any, code: str) -> None:
    with Stubber(client) as stubber:
        stubber.add_client_error("list_objects_v2", code, "no")
        problem = S3CaptureBuckets("own", ["captures"], client).problem("captures", "")
    assert problem is not None
    assert code in problem.found
    assert "bucket policy" in problem.mend
    assert "CaptureBucketAccounts" in problem.mend


def test_what_a_retry_mends_is_no_refusal(client: Any) -> None:
    with Stubber(client) as stubber:
        stubber.add_client_error("list_objects_v2", "SlowDown", "later")
        with pytest.raises(client.exceptions.ClientError, match="SlowDown"):
            S3CaptureBuckets("own", ["captures"], client).problem("captures", "")
