"""ResumeQueues and S3ModelFiles, as explanations use them, against moto."""

import boto3
import pytest

from driftline.adapters.aws.model_files import S3ModelFiles
from driftline.adapters.aws.resume_queues import ResumeQueues
from driftline.adapters.aws.settings import ExplainSettings, RunSettings
from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.waiting import Resume

BUCKET = "ours"
MODEL = f"s3://{BUCKET}/models/a b+ü/model.json"
ENVIRONMENT = {"BUCKET": BUCKET, "RUN_QUEUE_URL": "https://run", "BASELINE_QUEUE_URL": "https://baseline"}


@pytest.fixture
def files(aws: None) -> S3ModelFiles:
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    client.put_object(Bucket=BUCKET, Key="models/a b+ü/model.json", Body=b"{}")
    return S3ModelFiles(BUCKET, client)


def test_each_function_goes_on_through_its_own_queue(aws: None) -> None:
    sqs = boto3.client("sqs")
    run, baseline = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("run", "baseline"))
    queues = ResumeQueues({"run_monitor": run, "suggest_baseline": baseline})
    queues.resume(Resume("run_monitor", '{"endpoint": "a"}'))
    queues.resume(Resume("suggest_baseline", '{"detail": "ü"}'))
    bodies = [sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] for url in (run, baseline)]
    assert bodies == ['{"endpoint": "a"}', '{"detail": "ü"}']


def test_a_queue_that_is_gone_is_an_error(aws: None) -> None:
    """The record of who waits stays, and the message comes again."""
    queues = ResumeQueues({"run_monitor": "https://sqs.eu-west-1.amazonaws.com/123456789012/gone"})
    with pytest.raises(Exception, match="NonExistentQueue"):
        queues.resume(Resume("run_monitor", "{}"))


def test_the_entity_tag_changes_with_the_bytes(files: S3ModelFiles) -> None:
    before = files.etag(MODEL)
    assert before == "99914b932bd37a50b983c5e7c90ae93b"
    assert files.etag(MODEL) == before
    boto3.client("s3").put_object(Bucket=BUCKET, Key="models/a b+ü/model.json", Body=b"[]")
    assert files.etag(MODEL) != before
    assert files.read(MODEL) == b"[]"


@pytest.mark.parametrize("uri", [f"s3://{BUCKET}/models/none.json", "s3://no-such-bucket-1/m.json"])
def test_a_model_that_is_not_there_says_what_to_check(files: S3ModelFiles, uri: str) -> None:
    for use in (files.etag, files.read):
        with pytest.raises(InvalidInputError, match="does not exist, or the stack may not read it") as raised:
            use(uri)
        assert raised.value.where == uri
        assert "ModelBucketName" in raised.value.mend


@pytest.mark.parametrize("uri", ["models/m.json", "https://b/m.json", "s3://"])
def test_what_is_no_address(files: S3ModelFiles, uri: str) -> None:
    with pytest.raises(InvalidInputError, match="not the address of a file in S3"):
        files.etag(uri)


def test_settings() -> None:
    found = ExplainSettings.from_environment({**ENVIRONMENT, "EXPLAIN_QUEUE_URL": "https://explain"})
    assert found.resume_queues == {"run_monitor": "https://run", "suggest_baseline": "https://baseline"}
    assert (found.explain_queue, found.explain_tries) == ("https://explain", 5)
    with pytest.raises(InvalidInputError, match="EXPLAIN_QUEUE_URL is missing"):
        ExplainSettings.from_environment(ENVIRONMENT)
    with pytest.raises(InvalidInputError, match="RUN_QUEUE_URL is missing"):
        RunSettings.from_environment({"BUCKET": BUCKET})
