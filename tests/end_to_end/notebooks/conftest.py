"""One embedded cloud for all notebooks, and the documented permissions for whoever runs them."""

from collections.abc import Iterator, Mapping, Sequence

import pytest

from local.cloud import EmbeddedCloud
from tests.end_to_end.endpoint import HOUR
from tests.end_to_end.notebooks.running import Around, policies


@pytest.fixture(scope="package")
def cloud() -> Iterator[EmbeddedCloud]:
    with EmbeddedCloud(clock=HOUR) as running:
        yield running


def person(cloud: EmbeddedCloud, name: str, documented: Sequence[str]) -> Mapping[str, str]:
    """Credentials of somebody with these policies: IAM is enforced."""
    iam = cloud.client("iam")
    iam.create_user(UserName=name)
    for number, each in enumerate(documented):
        iam.put_user_policy(UserName=name, PolicyName=f"documented-{number}", PolicyDocument=each)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


@pytest.fixture(scope="package")
def monitoring_person(cloud: EmbeddedCloud) -> Mapping[str, str]:
    return person(cloud, "notebook", policies(cloud.bucket)[:1])


@pytest.fixture(scope="package")
def analysing_person(cloud: EmbeddedCloud) -> Mapping[str, str]:
    """With what Clarify's classes need, too."""
    return person(cloud, "clarify-notebook", policies(cloud.bucket))


def inside(cloud: EmbeddedCloud, credentials: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Around:
    """Where the notebook works is in its environment, as the guide says."""
    for name, value in {**cloud.environment, **credentials, "DRIFTLINE_STORE": f"s3://{cloud.bucket}"}.items():
        monkeypatch.setenv(name, value)
    return Around(cloud)


@pytest.fixture
def around(cloud: EmbeddedCloud, monitoring_person: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Around:
    return inside(cloud, monitoring_person, monkeypatch)


@pytest.fixture
def analysing(cloud: EmbeddedCloud, analysing_person: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Around:
    """A notebook with Clarify's classes."""
    return inside(cloud, analysing_person, monkeypatch)
