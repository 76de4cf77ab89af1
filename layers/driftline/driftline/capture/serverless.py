"""Captures predictions of SageMaker endpoints that SageMaker itself does not capture: serverless ones."""

import asyncio
import io
import json
import re
import time
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any
from uuid import uuid4

from driftline.capture.asgi import Receive, Scope, Send
from driftline.capture.http import ClientGoneError, TooLargeError, answer, answer_json, body_of, headers_of, live
from driftline.capture.names import checked_name, is_name
from driftline.capture.recorder import ID_HEADER, Capture, usable_id
from driftline.capture.records import Body
from driftline.domain.errors import InvalidInputError

_PATH = re.compile(r"/endpoints/(?P<endpoint>[^/]+)/invocations")
_LARGEST = 25 << 20
"""Bytes of a request that SageMaker takes from any endpoint; a serverless one takes 4 MB."""
_FORWARDED = {
    "content-type": "ContentType",
    "accept": "Accept",
    "x-amzn-sagemaker-custom-attributes": "CustomAttributes",
    "x-amzn-sagemaker-target-model": "TargetModel",
    "x-amzn-sagemaker-target-variant": "TargetVariant",
    "x-amzn-sagemaker-target-container-hostname": "TargetContainerHostname",
    "x-amzn-sagemaker-inference-id": "InferenceId",
    "x-amzn-sagemaker-enable-explanations": "EnableExplanations",
}
"""Headers of SageMaker's runtime, and the arguments of `invoke_endpoint`."""


class ServerlessEndpoint:
    """`invoke_endpoint` of boto3, with its arguments and its answer, and a record of each prediction.

    Args:
        capture: Where records go; the endpoint's name is that of each call.
        client: A boto3 client of `sagemaker-runtime`; by default a new one.

    Raises:
        InvalidInputError: there is no client, and boto3 is missing.
    """

    def __init__(self, capture: Capture, client: Any = None) -> None:
        self._capture = capture
        self._client = client if client is not None else _new_client()

    def invoke_endpoint(self, **arguments: Any) -> dict[str, Any]:
        """Calls the endpoint. Errors are boto3's own, and not captured.

        Returns:
            boto3's answer; `Body` can be read as usual. `InferenceId` is that of the record: the argument of this name,
            or a new one.
        """
        asked_at = time.time()
        response = dict(self._client.invoke_endpoint(**arguments))
        data = response["Body"].read()
        response["Body"] = _stream(data)
        try:
            known = usable_id(arguments.get("InferenceId")) or str(uuid4())
            response["InferenceId"] = known
            variant = response.get("InvokedProductionVariant")
            self._capture.record_bodies(
                known,
                _given(arguments.get("Body", b""), arguments.get("ContentType", "")),
                Body(data, response.get("ContentType", "")),
                asked_at,
                endpoint=arguments.get("EndpointName"),
                variant=variant if variant and is_name(variant) else None,
                custom_attributes=arguments.get("CustomAttributes"),
            )
        except Exception as error:  # a prediction never fails because of its record
            self._capture.note_error(error)
        return response


def _new_client() -> Any:
    try:
        return import_module("boto3").session.Session().client("sagemaker-runtime")
    except ImportError:
        raise InvalidInputError("boto3 is not installed", mend="Install boto3, or pass a client.") from None


def _stream(data: bytes) -> Any:
    return import_module("botocore.response").StreamingBody(io.BytesIO(data), len(data))


def _given(body: Any, content_type: str) -> Body:
    if isinstance(body, str):
        return Body(body.encode(), content_type)
    if not isinstance(body, bytes | bytearray):
        body.seek(0)  # a file, which boto3 has read
        body = body.read()
    return Body(bytes(body), content_type)


class ServerlessProxy:
    """An ASGI application with the address of SageMaker's runtime, `POST /endpoints/<name>/invocations`.

    Clients set `endpoint_url` to it and change nothing else. It calls the endpoint with its own credentials and does
    not check those of the client: anyone who reaches it may invoke the endpoints it serves.

    Args:
        capture: Where records go; the endpoint's name is that of each request.
        endpoints: The endpoints it serves; others are refused.
        client: A boto3 client of `sagemaker-runtime`; by default a new one.

    Raises:
        InvalidInputError: no endpoint, a name that is not valid, or boto3 is missing.
    """

    def __init__(self, capture: Capture, *, endpoints: Iterable[str], client: Any = None) -> None:
        names = [endpoints] if isinstance(endpoints, str) else endpoints
        self._endpoints = frozenset(checked_name(name, "endpoints") for name in names)
        if not self._endpoints:
            raise InvalidInputError("no endpoint to serve", where="endpoints", expected="at least one name")
        self._capture = capture
        self._endpoint = ServerlessEndpoint(capture, client)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await live(receive, send, self._capture.start, self._capture.flush)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            raise NotImplementedError(f"only HTTP is served, not {scope['type']}")

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = _PATH.fullmatch(scope["path"])
        if found is None or scope["method"] != "POST" or found["endpoint"] not in self._endpoints:
            served = ", ".join(f"POST /endpoints/{name}/invocations" for name in sorted(self._endpoints))
            await answer_json(send, 404, {"message": f"Not served here. Served are: {served}."})
            return
        try:
            body = await body_of(receive, _LARGEST)
        except ClientGoneError:
            return
        except TooLargeError:
            await answer_json(send, 413, {"message": f"more than {_LARGEST:,} bytes"})
            return
        headers = headers_of(scope)
        arguments = {argument: headers[name] for name, argument in _FORWARDED.items() if name in headers}
        status, data, answered = await asyncio.to_thread(
            _called, self._endpoint.invoke_endpoint, {**arguments, "EndpointName": found["endpoint"], "Body": body}
        )
        await answer(send, status, data, answered)


def _called(invoke: Callable[..., dict[str, Any]], arguments: dict[str, Any]) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers of the answer: the endpoint's own, or boto3's error as SageMaker's runtime words it."""
    try:
        response = invoke(**arguments)
    except Exception as error:
        return _refused(error)
    headers = {
        "content-type": response.get("ContentType", ""),
        "x-amzn-invoked-production-variant": response.get("InvokedProductionVariant", ""),
        "x-amzn-sagemaker-custom-attributes": response.get("CustomAttributes", ""),
        ID_HEADER: response.get("InferenceId", ""),
    }
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 200)
    return status, response["Body"].read(), {name: value for name, value in headers.items() if value}


def _refused(error: Exception) -> tuple[int, bytes, dict[str, str]]:
    response: dict[str, Any] = getattr(error, "response", None) or {}
    described = response.get("Error", {})
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 502)
    document = {
        name: value
        for name, value in {
            "message": described.get("Message") or f"{type(error).__name__}: {error}",
            "OriginalMessage": response.get("OriginalMessage"),
            "OriginalStatusCode": response.get("OriginalStatusCode"),
            "LogStreamArn": response.get("LogStreamArn"),
        }.items()
        if value is not None
    }
    kind = described.get("Code") or "ServiceUnavailable"
    return status, json.dumps(document).encode(), {"content-type": "application/json", "x-amzn-errortype": kind}
