"""InvokeEndpoint on this machine: the model that SageMaker names answers, and nonsense gets a clear error."""

import io
import tarfile
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import xgboost
from botocore.exceptions import ClientError

from local import stack
from local.pipeline.serving import EndpointServer

type Clients = Callable[[str], Any]

ROLE = "arn:aws:iam::123456789012:role/any"


def double(body: str) -> str:
    return "".join(f"{2 * float(line):.2f}\n" for line in body.splitlines())


@pytest.fixture
def runtime(client: Clients) -> Iterator[Any]:
    with EndpointServer(client, {"double:1": double}) as server:
        yield stack.client("sagemaker-runtime", server.url)


def archive(body: bytes, name: str = "xgboost-model") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as packed:
        entry = tarfile.TarInfo(name)
        entry.size = len(body)
        packed.addfile(entry, io.BytesIO(body))
    return buffer.getvalue()


def serve(client: Clients, endpoint: str, name: str, container: dict[str, Any]) -> None:
    """The endpoint has this model from now on."""
    sagemaker = client("sagemaker")
    sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer=container)
    variant = {"VariantName": "all", "ModelName": name, "InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    known = {each["EndpointName"] for each in sagemaker.list_endpoints()["Endpoints"]}
    call = sagemaker.update_endpoint if endpoint in known else sagemaker.create_endpoint
    call(EndpointName=endpoint, EndpointConfigName=name)


def put(client: Clients, key: str, body: bytes) -> str:
    s3 = client("s3")
    if "models" not in {each["Name"] for each in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket="models")
    s3.put_object(Bucket="models", Key=key, Body=body)
    return f"s3://models/{key}"


def ask(runtime: Any, endpoint: str, body: str, content_type: str = "text/csv") -> str:
    answer = runtime.invoke_endpoint(EndpointName=endpoint, ContentType=content_type, Body=body, InferenceId="one")
    assert answer["ContentType"].startswith("text/csv")
    return str(answer["Body"].read().decode())


def test_update_endpoint_chooses_the_model_that_answers(client: Clients, runtime: Any) -> None:
    serve(client, "changing", "changing-1", {"Image": "double:1"})
    assert ask(runtime, "changing", "1\n2.5\n") == "2.00\n5.00\n"
    # Given a package of a model that was trained otherwise
    rows = np.random.default_rng(1).normal(size=(300, 2))
    booster = xgboost.train({"max_depth": 3, "nthread": 1}, xgboost.DMatrix(rows, rows[:, 0]), 20)
    uri = put(client, "model.tar.gz", archive(bytes(booster.save_raw("ubj"))))
    sagemaker = client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName="changing")
    package = sagemaker.create_model_package(
        ModelPackageGroupName="changing",
        InferenceSpecification={
            "Containers": [{"Image": "xgboost:3.0-5", "ModelDataUrl": uri}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )["ModelPackageArn"]
    serve(client, "changing", "changing-2", {"ModelPackageName": package})
    # Then it answers, row by row, with missing values
    answers = ask(runtime, "changing", "1.5,0.1\n-1.5,\n").splitlines()
    expected = booster.predict(xgboost.DMatrix(np.array([[1.5, 0.1], [-1.5, np.nan]])))
    assert [float(each) for each in answers] == pytest.approx(expected.tolist())


@pytest.mark.parametrize(
    ("body", "content_type", "why"),
    [("1\nword\n", "text/csv", "the model cannot read it"), ("{}", "application/json", "is not text/csv")],
)
def test_a_payload_that_it_does_not_take_is_refused(
    client: Clients, runtime: Any, body: str, content_type: str, why: str
) -> None:
    name = f"refusing-{len(body)}"
    serve(client, name, name, {"Image": "double:1"})
    with pytest.raises(ClientError, match=why):
        ask(runtime, name, body, content_type)


def test_an_endpoint_that_is_not_there_is_refused(runtime: Any) -> None:
    with pytest.raises(ClientError, match="Could not find endpoint"):
        ask(runtime, "nobody", "1")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("no-archive", b"not an archive"),
        ("no-model", archive(b"x", "other")),
        ("damaged", archive(b"no model of XGBoost")),
        ("pickled", archive(b"\x80\x04\x95\x10\x00\x00\x00")),
    ],
    ids=["no-archive", "no-model", "damaged", "pickled"],  # An archive has the time of its making in it.
)
def test_a_model_that_cannot_be_served_says_so(client: Clients, runtime: Any, name: str, body: bytes) -> None:
    uri = put(client, f"{name}.tar.gz", body)
    serve(client, name, name, {"Image": "xgboost:3.0-5", "ModelDataUrl": uri})
    with pytest.raises(ClientError, match=f"{name}.tar.gz cannot be served"):
        ask(runtime, name, "1,2")
