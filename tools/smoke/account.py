"""Where a run works: an account and region, or an embedded cloud, as the environment says."""

from functools import cache
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

_HERE = frozenset({"127.0.0.1", "localhost", "::1"})


class Account:
    """The user's credentials and region.

    Args:
        region: Default: that of the AWS configuration.

    Raises:
        ValueError: there is no region.
    """

    def __init__(self, region: str | None = None) -> None:
        self.session = boto3.Session(region_name=region)
        if self.session.region_name is None:
            raise ValueError("There is no region. Pass --region, or set AWS_REGION.")
        self.region: str = self.session.region_name
        self.client = cache(self._new_client)

    def _new_client(self, service: str) -> Any:
        make: Any = self.session.client  # the stubs want literal service names
        return make(service, config=Config(retries={"mode": "standard", "max_attempts": 8}))

    @property
    def id(self) -> str:
        """The account's number."""
        return str(self.client("sts").get_caller_identity()["Account"])

    @property
    def endpoint(self) -> str:
        """Where CloudFormation is."""
        return str(self.client("cloudformation").meta.endpoint_url)

    @property
    def is_embedded(self) -> bool:
        """Whether it is an embedded cloud on this machine, which costs nothing."""
        return urlsplit(self.endpoint).hostname in _HERE
