"""One embedded cloud for all notebooks, and the documented permissions for whoever runs them."""

from collections.abc import Iterator, Mapping

import pytest

from local.cloud import EmbeddedCloud
from tests.end_to_end.endpoint import HOUR
from tests.end_to_end.notebooks.running import Around, policy


@pytest.fixture(scope="package")
def cloud() -> Iterator[EmbeddedCloud]:
    with EmbeddedCloud(clock=HOUR) as running:
        yield running


@pytest.fixture(scope="package")
def person(cloud: EmbeddedCloud) -> Mapping[str, str]:
    """Credentials: IAM is enforced."""
    iam = cloud.client("iam")
    iam.create_user(UserName="notebook")
    iam.put_user_policy(UserName="notebook", PolicyName="documented", PolicyDocument=policy(cloud.bucket))
    key = iam.create_access_key(UserName="notebook")["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


@pytest.fixture
def around(cloud: EmbeddedCloud, person: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Around:
    """Where the notebook works is in its environment, as the guide says."""
    for name, value in {**cloud.environment, **person, "DRIFTLINE_STORE": f"s3://{cloud.bucket}"}.items():
        monkeypatch.setenv(name, value)
    return Around(cloud)
