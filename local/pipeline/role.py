"""What the pipeline's role may do. Its trust policy lets only SageMaker assume it, so its policies are evaluated."""

from collections.abc import Mapping
from typing import Any

from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document

from local.server import REGION


class Role:
    """A role's inline policies, as MiniStack evaluates them.

    Args:
        client: An IAM client.
        arn: The role's ARN.

    Raises:
        PermissionError: there is no such role, or SageMaker may not assume it.
    """

    def __init__(self, client: Any, arn: str) -> None:
        self.arn = arn
        name = arn.rsplit("/", 1)[-1]
        try:
            trust = client.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
        except client.exceptions.NoSuchEntityException:
            raise PermissionError(f"there is no role {arn}") from None
        if "sagemaker.amazonaws.com" not in str(trust):
            raise PermissionError(f"sagemaker.amazonaws.com may not assume {arn}")
        names = client.list_role_policies(RoleName=name)["PolicyNames"]
        documents = [client.get_role_policy(RoleName=name, PolicyName=each)["PolicyDocument"] for each in names]
        self._policies = [parse_policy_document(document) for document in documents]

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]

    def sagemaker(self, resource: str) -> str:
        """The ARN of a resource of SageMaker in the role's account."""
        return f"arn:aws:sagemaker:{REGION}:{self.account}:{resource}"

    def check(self, action: str, resource: str, context: Mapping[str, str] | None = None) -> None:
        """Raises PermissionError: the role may not do that."""
        asked = EvalContext(
            principal_arn=self.arn,
            principal_type="AssumedRole",
            principal_account=self.account,
            action=action,
            resource_arn=resource,
            region=REGION,
            source_ip="127.0.0.1",
            secure_transport=True,
            service_context={name.lower(): value for name, value in (context or {}).items()},
        )
        decision = evaluate(asked, self._policies).decision
        if decision != "Allow":
            raise PermissionError(f"{self.arn} lacks {action} on {resource}")

    def check_job(self, resource: str, *actions: str) -> None:
        """All that a job needs: its own actions, its tags, and the role that is passed to it.

        Raises:
            PermissionError: the role may not do that.
        """
        for action in (*actions, "sagemaker:AddTags"):
            self.check(action, self.sagemaker(resource))
        self.check("iam:PassRole", self.arn, {"iam:PassedToService": "sagemaker.amazonaws.com"})


class RoleFiles:
    """Objects in S3, as a role may use them.

    Args:
        client: An S3 client with all permissions.
    """

    def __init__(self, client: Any, role: Role) -> None:
        self._client = client
        self._role = role

    def list(self, bucket: str, prefix: str) -> list[str]:
        self._role.check("s3:ListBucket", f"arn:aws:s3:::{bucket}")
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def get(self, bucket: str, key: str) -> bytes:
        self._role.check("s3:GetObject", f"arn:aws:s3:::{bucket}/{key}")
        return bytes(self._client.get_object(Bucket=bucket, Key=key)["Body"].read())

    def put(self, bucket: str, key: str, body: bytes) -> None:
        self._role.check("s3:PutObject", f"arn:aws:s3:::{bucket}/{key}")
        self._client.put_object(Bucket=bucket, Key=key, Body=body)
