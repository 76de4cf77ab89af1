"""SageMakerModels and S3ModelFiles against moto, and adopt_model's handler over both."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from s3transfer.manager import TransferManager

from driftline.adapters.aws.model_files import S3ModelFiles
from driftline.adapters.aws.sagemaker_models import SageMakerModels
from driftline.domain.errors import InvalidInputError, RetryLaterError
from driftline.kinds.registry import KINDS
from driftline.usecases.ports.models import DataFile
from tests.aws import make_state_table
from tests.executing import suggest_in
from tests.fakes import InMemoryStore
from tests.handlers import cold_starts
from tests.places import REPOSITORY

PARTS = {kind.name: kind.drift_check_baselines for kind in KINDS}
ROLE = "arn:aws:iam::123456789012:role/models"
OURS, THEIRS = "driftline-bucket", "sagemaker-bucket"
CONTEXT = SimpleNamespace(
    function_name="adopt_model",
    memory_limit_in_mb=128,
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:adopt_model",
    aws_request_id="r",
)


@pytest.fixture
def client(aws: None) -> Any:
    return boto3.client("sagemaker")


def source(name: str) -> dict[str, str]:
    return {"ContentType": "application/json", "S3Uri": f"s3://{THEIRS}/churn/{name}"}


def register(client: Any, **others: Any) -> str:
    """The ARN of a new version in the group churn."""
    if not client.list_model_package_groups()["ModelPackageGroupSummaryList"]:
        client.create_model_package_group(ModelPackageGroupName="churn")
    answer = client.create_model_package(
        ModelPackageGroupName="churn",
        InferenceSpecification={
            "Containers": [{"Image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/xgboost:1.7-1"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        **others,
    )
    return str(answer["ModelPackageArn"])


def deploy(client: Any, *variants: tuple[str, float, str | None], endpoint: str = "churn") -> None:
    """An endpoint with a variant for each (name, weight, model package)."""
    for name, _, package in variants:
        container = {"ModelPackageName": package} if package else {"Image": "image"}
        client.create_model(ModelName=f"{endpoint}-{name}", ExecutionRoleArn=ROLE, PrimaryContainer=container)
    client.create_endpoint_config(
        EndpointConfigName=f"{endpoint}-config",
        ProductionVariants=[
            {
                "VariantName": name,
                "ModelName": f"{endpoint}-{name}",
                "InitialInstanceCount": 1,
                "InstanceType": "ml.m5.large",
                "InitialVariantWeight": weight,
            }
            for name, weight, _ in variants
        ],
    )
    client.create_endpoint(EndpointName=endpoint, EndpointConfigName=f"{endpoint}-config")


def test_a_package_brings_its_baselines_and_names_its_endpoint(client: Any) -> None:
    arn = register(
        client,
        ModelApprovalStatus="Approved",
        CustomerMetadataProperties={"driftline:endpoint": "churn", "driftline:baseline": "s3://data/churn/"},
        DriftCheckBaselines={
            "ModelDataQuality": {"Statistics": source("data/s.json"), "Constraints": source("data/c.json")},
            "ModelQuality": {"Constraints": source("quality/c.json")},
            "Bias": {"PostTrainingConstraints": source("bias/a.json")},
            "Explainability": {"Constraints": source("shap/a.json"), "ConfigFile": source("shap/config.json")},
        },
    )
    package = SageMakerModels(PARTS, client).package(arn)
    assert package is not None
    assert (package.arn, package.approved, package.endpoint) == (arn, True, "churn")
    assert package.data_set == "s3://data/churn/"
    assert package.baselines == {
        "data_quality": {
            "statistics.json": f"s3://{THEIRS}/churn/data/s.json",
            "constraints.json": f"s3://{THEIRS}/churn/data/c.json",
        },
        "model_quality": {"constraints.json": f"s3://{THEIRS}/churn/quality/c.json"},
        "model_bias": {"post_training/analysis.json": f"s3://{THEIRS}/churn/bias/a.json"},
        "model_explainability": {"analysis.json": f"s3://{THEIRS}/churn/shap/a.json"},
    }


def test_a_plain_package_brings_nothing(client: Any) -> None:
    package = SageMakerModels(PARTS, client).package(register(client, ModelApprovalStatus="PendingManualApproval"))
    assert package is not None
    assert (package.approved, package.endpoint, package.baselines, package.data_set) == (False, None, {}, None)


def test_a_package_with_other_baselines_alone_brings_none_for_a_monitor(client: Any) -> None:
    others = {"Bias": {"ConfigFile": source("x")}, "Explainability": {"ConfigFile": source("y")}}
    arn = register(client, DriftCheckBaselines={**others, "ModelQuality": {"Statistics": source("statistics.json")}})
    package = SageMakerModels(PARTS, client).package(arn)
    assert package is not None
    assert package.baselines == {"model_quality": {"statistics.json": f"s3://{THEIRS}/churn/statistics.json"}}


def test_the_endpoint_s_model_is_found_with_its_package(client: Any) -> None:
    arn = register(client)
    deploy(client, ("all", 1.0, arn))
    served = SageMakerModels(PARTS, client).served("churn", None)
    assert served is not None
    assert (served.in_service, served.model, served.package, served.variant) == (True, "churn-all", arn, "all")
    assert served.made is not None
    assert served.made.tzinfo is not None
    assert served.at.tzinfo is not None


def test_of_several_variants_the_watched_one_or_the_heaviest_counts(client: Any) -> None:
    deploy(client, ("a", 0.1, None), ("b", 0.9, None), ("c", 0.9, None))
    models = SageMakerModels(PARTS, client)
    chosen = [models.served("churn", variant) for variant in (None, "a", "c")]
    assert [served.model if served else None for served in chosen] == ["churn-b", "churn-a", "churn-c"]
    gone = models.served("churn", "d")
    assert gone is not None
    assert gone.model is None


def test_what_is_not_there_is_none(client: Any) -> None:
    models = SageMakerModels(PARTS, client)
    assert models.served("stranger", None) is None
    assert models.package("arn:aws:sagemaker:eu-west-1:123456789012:model-package/churn/9") is None


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        ("ThrottlingException", "Rate exceeded", RetryLaterError),
        ("AccessDeniedException", "not authorized", Exception),
        ("ValidationException", "1 validation error detected", Exception),
    ],
)
def test_other_refusals_are_raised(client: Any, code: str, message: str, expected: type[Exception]) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("describe_endpoint", code, message)
        with pytest.raises(expected) as raised:
            SageMakerModels(PARTS, client).served("churn", None)
    assert isinstance(raised.value, RetryLaterError) == (code == "ThrottlingException")


def test_variants_of_inference_components_have_no_model(client: Any) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    arn = "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/churn"
    with Stubber(client) as stub:
        stub.add_response(
            "describe_endpoint",
            {
                "EndpointName": "churn",
                "EndpointArn": arn,
                "EndpointConfigName": "config",
                "EndpointStatus": "InService",
                "CreationTime": now,
                "LastModifiedTime": now,
            },
        )
        stub.add_response(
            "describe_endpoint_config",
            {
                "EndpointConfigName": "config",
                "EndpointConfigArn": arn.replace("endpoint/", "endpoint-config/"),
                "ProductionVariants": [{"VariantName": "all"}],
                "CreationTime": now,
            },
        )
        served = SageMakerModels(PARTS, client).served("churn", None)
    assert served is not None
    assert (served.model, served.package) == (None, None)


@pytest.fixture
def s3(aws: None) -> Any:
    client = boto3.client("s3")
    for bucket in (OURS, THEIRS):
        client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return client


def test_files_are_read_listed_and_copied(s3: Any) -> None:
    for name in ("data/a b+c.csv", "data/sub/d?e.csv", "data/", "data-2/f.csv"):
        s3.put_object(Bucket=THEIRS, Key=name, Body=b"" if name.endswith("/") else name.encode())
    etag = s3.head_object(Bucket=THEIRS, Key="data/a b+c.csv")["ETag"]
    files = S3ModelFiles(OURS, s3)
    listed = files.list(f"s3://{THEIRS}/data")
    # A folder's own object and a folder that begins alike are no part of it
    assert listed == [
        DataFile(f"s3://{THEIRS}/data/a b+c.csv", "a b+c.csv", 14, etag),
        DataFile(f"s3://{THEIRS}/data/sub/d?e.csv", "sub/d?e.csv", 16, listed[1].etag),
    ]
    assert files.list(listed[1].uri) == [DataFile(listed[1].uri, "d?e.csv", 16, listed[1].etag)]
    assert [files.read(file.uri) for file in listed] == [b"data/a b+c.csv", b"data/sub/d?e.csv"]
    files.copy(listed[1].uri, "baselines/x/input/d?e.csv")
    assert s3.get_object(Bucket=OURS, Key="baselines/x/input/d?e.csv")["Body"].read() == b"data/sub/d?e.csv"


@pytest.mark.parametrize(("known", "sent"), [(True, "EXCLUDE"), (False, None)])
def test_annotations_are_left_out_where_s3transfer_can_say_so(
    s3: Any, monkeypatch: pytest.MonkeyPatch, known: bool, sent: str | None
) -> None:
    """S3 would copy them, and refuse without rights of their own. An older s3transfer refuses the argument."""
    if not known:
        allowed = [name for name in TransferManager.ALLOWED_COPY_ARGS if name != "AnnotationDirective"]
        monkeypatch.setattr(TransferManager, "ALLOWED_COPY_ARGS", allowed)
    asked: list[Any] = []
    s3.meta.events.register("provide-client-params.s3.CopyObject", lambda params, **_: asked.append(params))
    s3.put_object(Bucket=THEIRS, Key="data.csv", Body=b"a\n1\n")
    S3ModelFiles(OURS, s3).copy(f"s3://{THEIRS}/data.csv", "baselines/x/input/data.csv")
    assert [(each["TaggingDirective"], each.get("AnnotationDirective")) for each in asked] == [("REPLACE", sent)]


@pytest.mark.parametrize("uri", [f"s3://{THEIRS}/nothing", "s3://no-such-bucket/x", "https://host/x", "s3:///x"])
def test_files_that_are_not_there_say_so(s3: Any, uri: str) -> None:
    files = S3ModelFiles(OURS, s3)
    with pytest.raises(InvalidInputError, match=uri):
        files.read(uri)
    with pytest.raises(InvalidInputError, match=uri):
        files.copy(uri, "x")


@pytest.mark.parametrize(
    "key", ["#1.csv", "what?", "a?b=c#d.csv", "//two.csv", "50%25.csv", "tab\there.csv", "[x]/ü ☃ .csv", "a\\b.csv"]
)
def test_keys_with_any_letters(s3: Any, key: str) -> None:
    s3.put_object(Bucket=THEIRS, Key=f"data/{key}", Body=b"odd")
    files = S3ModelFiles(OURS, s3)
    [file] = files.list(f"s3://{THEIRS}/data/")
    assert file.name == key
    files.check(file.uri)
    files.copy(file.uri, f"baselines/x/input/{key}")
    assert files.read(f"s3://{OURS}/baselines/x/input/{key}") == b"odd"


def test_a_baseline_that_does_not_fit_into_memory_is_refused(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("driftline.adapters.aws.model_files._LARGEST", 3)
    s3.put_object(Bucket=THEIRS, Key="fits.json", Body=b"123")
    s3.put_object(Bucket=THEIRS, Key="large.json", Body=b"1234")
    assert S3ModelFiles(OURS, s3).read(f"s3://{THEIRS}/fits.json") == b"123"
    with pytest.raises(InvalidInputError, match="it has 4 bytes"):
        S3ModelFiles(OURS, s3).read(f"s3://{THEIRS}/large.json")


def test_a_package_that_another_account_does_not_share_says_so(client: Any) -> None:
    arn = "arn:aws:sagemaker:eu-west-1:210987654321:model-package/churn/1"
    with Stubber(client) as stub:
        stub.add_client_error("describe_model_package", "AccessDeniedException", "not authorized")
        with pytest.raises(InvalidInputError, match=f"{arn}.*not authorized.*must be shared"):
            SageMakerModels(PARTS, client).package(arn)


def test_files_that_may_not_be_read_name_the_parameter(s3: Any) -> None:
    with Stubber(s3) as stub:
        stub.add_client_error("get_object", "AccessDenied", "no", 403)
        with pytest.raises(InvalidInputError, match="ModelBucketName"):
            S3ModelFiles(OURS, s3).read(f"s3://{THEIRS}/x")
        stub.add_client_error("get_object", "SlowDown", "later", 503)
        with pytest.raises(s3.exceptions.ClientError):
            S3ModelFiles(OURS, s3).read(f"s3://{THEIRS}/x")


def test_the_handler_adopts_what_the_endpoint_serves(client: Any, s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a package with a baseline in SageMaker's bucket, deployed to an endpoint that is watched
    folder = "baselines/flight-delay/data_quality/"
    made = InMemoryStore(objects={f"{folder}input/d.csv": b"delay,carrier\n1.5,AA\n2.5,UA\n"})
    suggest_in(made, "flight-delay", "data_quality")
    for name in ("statistics.json", "constraints.json"):
        s3.put_object(Bucket=THEIRS, Key=f"churn/{name}", Body=made.objects[folder + name])
    document = b"endpoint: flight-delay\nmonitors: {data_quality: {}}\n"
    s3.put_object(Bucket=OURS, Key="monitors/flight-delay.yaml", Body=document)
    arn = register(
        client,
        DriftCheckBaselines={
            "ModelDataQuality": {
                "Statistics": source("statistics.json"),
                "Constraints": source("constraints.json"),
            }
        },
    )
    deploy(client, ("all", 1.0, arn), endpoint="flight-delay")
    # When the endpoint's event invokes the function
    monkeypatch.setenv("BUCKET", OURS)
    monkeypatch.setenv("STATE_TABLE", "state")
    make_state_table("state")
    event = json.loads((REPOSITORY / "events" / "adopt_model.json").read_text())
    with cold_starts() as load:
        app = load("adopt_model")
    answers = [app.handler(event, CONTEXT) for _ in range(2)]
    # Then its baseline is in use, once
    assert [answer["Outcome"] for answer in answers] == ["adopted", "unchanged"]
    assert answers[0]["Baselines"] == {"data_quality": arn}
    body = s3.get_object(Bucket=OURS, Key=f"{folder}constraints.json")["Body"].read()
    assert body == made.objects[f"{folder}constraints.json"]
