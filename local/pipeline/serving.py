"""A server that answers InvokeEndpoint on this machine, with the model that the endpoint has in SageMaker.

UpdateEndpoint changes the model: which one answers is looked up in SageMaker, whenever the endpoint's configuration has
another name. A package's model.tar.gz is served by the reference pipeline's own inference.py, in this
process; nothing in it is unpickled. Set AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME to `url`.
"""

import importlib.util
import io
import json
import sys
import tarfile
import tempfile
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self, override
from urllib.parse import unquote

from botocore.exceptions import ClientError

from local.pipeline.jobs import parts

_LOOPBACK = "127.0.0.1"
_STEPS = Path(__file__).resolve().parents[2] / "pipelines" / "retrain" / "steps"
_CSV = "text/csv"
_MODEL = "xgboost-model"
_LARGEST = 6 * 1024 * 1024
"""Bytes of a request, as for SageMaker."""

type Container = Callable[[str], str]
"""Answers a CSV payload with CSV, one line for each row."""


class RefusedError(Exception):
    """Why a request is not answered, in a sentence.

    Args:
        code: The error's code in SageMaker.
    """

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class EndpointServer:
    """Answers for all endpoints of a SageMaker, from `with` on.

    Args:
        client: Returns a boto3 client for `sagemaker` and for `s3`.
        containers: Answers by the name of an image, for models that are no packages of the reference pipeline.
    """

    def __init__(self, client: Callable[[str], Any], containers: Mapping[str, Container] | None = None) -> None:
        self._client = client
        self._containers = dict(containers or {})
        self._served: dict[str, tuple[str, Container]] = {}
        self._turn = threading.Lock()
        self._http: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        owner = self

        class Handler(_Handler):
            def answer(self, endpoint: str, body: str, content_type: str) -> str:
                return owner.answer(endpoint, body, content_type)

        self._http = ThreadingHTTPServer((_LOOPBACK, 0), Handler)
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True, name="endpoint").start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http is not None:
            self._http.shutdown()
            self._http.server_close()
            self._http = None

    @property
    def url(self) -> str:
        """Raises RuntimeError: it is not running."""
        if self._http is None:
            raise RuntimeError("the endpoint's server is not running")
        return f"http://{_LOOPBACK}:{self._http.server_port}"

    def answer(self, endpoint: str, body: str, content_type: str) -> str:
        """The endpoint's answer to a CSV payload.

        Raises:
            RefusedError: no such endpoint, its model cannot be served, or the payload is not what it takes.
        """
        if content_type.partition(";")[0].strip() != _CSV:
            raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "ModelError", f"{content_type} is not {_CSV}")
        container = self._container(endpoint)
        try:
            return container(body)
        except ValueError as error:
            raise RefusedError(
                HTTPStatus.FAILED_DEPENDENCY, "ModelError", f"the model cannot read it: {error}"
            ) from None

    def _container(self, endpoint: str) -> Container:
        with self._turn:
            sagemaker = self._client("sagemaker")
            try:
                config_name = sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointConfigName"]
                if endpoint in self._served and self._served[endpoint][0] == config_name:
                    return self._served[endpoint][1]
                config = sagemaker.describe_endpoint_config(EndpointConfigName=config_name)
                model = sagemaker.describe_model(ModelName=config["ProductionVariants"][0]["ModelName"])
                given = model["PrimaryContainer"]
                if "ModelPackageName" in given:
                    package = sagemaker.describe_model_package(ModelPackageName=given["ModelPackageName"])
                    given = package["InferenceSpecification"]["Containers"][0]
            except ClientError as error:
                message = error.response["Error"].get("Message", "")
                raise RefusedError(HTTPStatus.BAD_REQUEST, "ValidationError", message) from None
            container = self._containers.get(given.get("Image", "")) or self._of_archive(given["ModelDataUrl"])
            self._served[endpoint] = config_name, container
            return container

    def _of_archive(self, uri: str) -> Container:
        bucket, key = parts(uri)
        body = self._client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return container_of(body, uri)


def container_of(archive: bytes, where: str) -> Container:
    """Serves a model.tar.gz.

    Raises:
        RefusedError: it has no file xgboost-model, or that is no model of XGBoost.
    """
    script = _script()
    with tempfile.TemporaryDirectory(prefix="driftline-model-") as folder:
        try:
            with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
                member = packed.extractfile(_MODEL)  # by name: nothing is unpacked to where a name leads
                assert member is not None  # a folder of that name
                (Path(folder) / _MODEL).write_bytes(member.read())
            model = script.model_fn(folder)
        except (KeyError, AssertionError, tarfile.TarError, ValueError) as error:
            message = f"{where} cannot be served: {str(error).strip().splitlines()[0] if str(error) else 'no model'}"
            raise RefusedError(HTTPStatus.FAILED_DEPENDENCY, "ModelError", message) from None

    def container(body: str) -> str:
        return str(script.output_fn(script.predict_fn(script.input_fn(body, _CSV), model), _CSV)[0])

    return container


def _script() -> ModuleType:
    """inference.py, which finds its neighbours as in a container."""
    if str(_STEPS) not in sys.path:
        sys.path.append(str(_STEPS))
    spec = importlib.util.spec_from_file_location("driftline_local_inference", _STEPS / "inference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, endpoint: str, body: str, content_type: str) -> str:
        """Given by the server."""
        raise NotImplementedError

    def do_POST(self) -> None:
        """InvokeEndpoint: /endpoints/{name}/invocations."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > _LARGEST:
            self._send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b"", "ValidationError")
            self.close_connection = True
            return
        body = self.rfile.read(length)
        match self.path.split("/"):
            case ["", "endpoints", name, "invocations"]:
                pass
            case _:
                self._send(HTTPStatus.NOT_FOUND, b"", "ValidationError")
                return
        try:
            text = self.answer(unquote(name), body.decode(), self.headers.get("Content-Type") or "")
        except UnicodeDecodeError:
            self._send(HTTPStatus.FAILED_DEPENDENCY, json.dumps({"Message": "not UTF-8"}).encode(), "ModelError")
        except RefusedError as error:
            self._send(error.status, json.dumps({"Message": str(error)}).encode(), error.code)
        else:
            self._send(HTTPStatus.OK, text.encode())

    def _send(self, status: HTTPStatus, body: bytes, error: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if error else f"{_CSV}; charset=utf-8")
        self.send_header("x-Amzn-Invoked-Production-Variant", "AllTraffic")
        if error:
            self.send_header("x-amzn-ErrorType", error)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not logged."""
