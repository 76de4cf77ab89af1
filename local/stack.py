"""From template.yaml to a running stack: code to zips, SAM to CloudFormation, CloudFormation to resources."""

import io
import json
import os
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from local.patience import PATIENCE_SECONDS
from local.server import REGION

REPOSITORY = Path(__file__).resolve().parent.parent
CODE_BUCKET = "driftline-local-code"

TAKEN_OUT: Mapping[str, str] = {}
"""Resource types of the template that the embedded cloud refuses, and what is missing without them."""

_SKIPPED_FOLDERS = {"__pycache__", ".mypy_cache", ".ruff_cache"}
_FIXED_TIME = (2020, 1, 1, 0, 0, 0)


class _NoManagedPolicies:
    """The template uses no managed policies, so none have to be looked up in an account."""

    def load(self) -> dict[str, str]:
        return {}


def zip_of(files: Iterator[tuple[str, Path]]) -> bytes:
    """A zip whose bytes depend on the files only."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, path in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _FIXED_TIME), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _files(folder: Path, prefix: str = "") -> Iterator[tuple[str, Path]]:
    for path in folder.rglob("*"):
        inside = path.relative_to(folder)
        if path.is_file() and not _SKIPPED_FOLDERS.intersection(inside.parts):
            yield f"{prefix}{inside.as_posix()}", path


def package(template: dict[str, Any], base: Path, *, built: bool, upload: Callable[[str, bytes], str]) -> None:
    """Replaces every local CodeUri and ContentUri with an uploaded zip.

    Args:
        template: Changed in place.
        base: Folder that the template's paths are relative to.
        built: Whether `base` is the output of `sam build`. From source, only Driftline's own modules are packed: a
            layer gets its `python/` folder, and third-party packages come from the server's environment.
        upload: Takes a name and bytes, returns the S3 URI.
    """
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        kind = resource["Type"]
        if kind == "AWS::Serverless::Function":
            folder = base / properties["CodeUri"]
            properties["CodeUri"] = upload(f"{name}.zip", zip_of(_files(folder)))
        elif kind == "AWS::Serverless::LayerVersion":
            folder = base / properties["ContentUri"]
            prefix = "" if built else "python/"
            properties["ContentUri"] = upload(f"{name}.zip", zip_of(_files(folder, prefix)))
            resource.pop("Metadata", None)


def take_out(template: dict[str, Any]) -> list[str]:
    """Removes the resources of refused types; returns a line to print for each."""
    gone = {name: resource["Type"] for name, resource in template["Resources"].items() if resource["Type"] in TAKEN_OUT}
    for name in gone:
        del template["Resources"][name]
    return [f"{name} ({kind}): {TAKEN_OUT[kind]}" for name, kind in sorted(gone.items())]


@cache
def _parsed(template: str) -> dict[str, Any]:
    """Several clouds of one process deploy the same template, and to read it is half of the work."""
    return dict(yaml_parse(template))


def cloudformation_template(path: Path, *, built: bool, upload: Callable[[str, bytes], str]) -> tuple[str, list[str]]:
    """The CloudFormation template as JSON, and what was removed from it."""
    # The translator reads the region's partition from the environment.
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    document = deepcopy(_parsed(path.read_text(encoding="utf-8")))
    package(document, path.parent, built=built, upload=upload)
    taken_out = take_out(document)
    return json.dumps(transform(document, {}, _NoManagedPolicies())), taken_out


def _settled(client: Any, name: str, operation: str) -> dict[str, str]:
    """Waits until a stack is created or updated; returns its outputs.

    Raises:
        RuntimeError: it failed; the text lists the resources that did and why.
    """
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        stack = client.describe_stacks(StackName=name)["Stacks"][0]
        if stack["StackStatus"] == f"{operation}_COMPLETE":
            return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
        if "FAILED" in stack["StackStatus"] or "ROLLBACK" in stack["StackStatus"]:
            break
        time.sleep(0.1)
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    reasons = [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
        for event in events
        if event["ResourceStatus"].endswith("FAILED")
    ]
    raise RuntimeError(f"{operation} of the stack failed. " + "; ".join(reasons))


def _exists(client: Any, name: str) -> bool:
    """A deleted stack is described by its id only."""
    pages = client.get_paginator("list_stacks").paginate()
    stacks = [stack for page in pages for stack in page["StackSummaries"] if stack["StackName"] == name]
    return any(stack["StackStatus"] != "DELETE_COMPLETE" for stack in stacks)


def delete(client: Any, name: str) -> None:
    """Deletes the stack, and what its template does not retain.

    Raises:
        TimeoutError: it is still there.
    """
    client.delete_stack(StackName=name)
    give_up = time.monotonic() + PATIENCE_SECONDS
    while _exists(client, name):
        if time.monotonic() > give_up:
            raise TimeoutError(f"the stack {name} is not deleted")
        time.sleep(0.1)


def client(service: str, endpoint: str) -> Any:
    """A boto3 client with all permissions at a server on this machine."""
    make: Any = boto3.client  # the stubs want literal service names
    return make(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 (MiniStack's own)
        # A call that is only slow must not be sent twice.
        config=Config(retries={"mode": "standard", "max_attempts": 3}, read_timeout=PATIENCE_SECONDS, proxies={}),
    )


def deploy(
    client_of: Callable[[str], Any],
    template: Path,
    name: str,
    parameters: Mapping[str, str],
    *,
    built: bool,
    note: Callable[[str], None],
    code_bucket: str = CODE_BUCKET,
) -> dict[str, str]:
    """Packs and uploads the code and creates the stack, or updates the one of this name; returns its outputs.

    Args:
        client_of: Returns a client with all permissions for a service.
        template: The SAM template; its paths are relative to its folder.
        built: Whether it is the output of `sam build`.
        note: Called with a line for everything that was left out.
        code_bucket: Is created, and takes the packed code.

    Raises:
        RuntimeError: the stack failed; the text lists the resources that did and why.
    """
    s3, cloudformation = client_of("s3"), client_of("cloudformation")
    s3.create_bucket(Bucket=code_bucket)

    def upload(name: str, body: bytes) -> str:
        # As SAM does it: an update changes what has another name.
        key = f"{sha256(body).hexdigest()[:32]}/{name}"
        s3.put_object(Bucket=code_bucket, Key=key, Body=body)
        return f"s3://{code_bucket}/{key}"

    body, taken_out = cloudformation_template(template, built=built, upload=upload)
    for line in taken_out:
        note(f"Left out here: {line}")
    place = upload("template.json", body.encode()).removeprefix("s3://")
    operation, change = ("UPDATE", "update_stack") if _exists(cloudformation, name) else ("CREATE", "create_stack")
    getattr(cloudformation, change)(
        StackName=name,
        TemplateURL=f"{s3.meta.endpoint_url}/{place}",
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )
    return _settled(cloudformation, name, operation)
