"""The demo's endpoint in SageMaker, and the pipeline that retrains its model."""

import csv
from collections.abc import Sequence
from typing import Any

import boto3
import numpy as np
from botocore.config import Config
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from local.demo.endpoint import ACTUAL, ENDPOINT, PREDICTION, inputs
from local.demo.flights import Flight
from local.demo.model import FEATURES, predict_rows
from local.demo.monitor import MONITORS, PIPELINE
from local.pipeline.installed import Retraining
from local.pipeline.serving import Container
from local.server import REGION

_PARAMETERS = {
    "ModelApprovalStatus": "Approved",
    "Label": ACTUAL,
    "Output": PREDICTION,
    "ProblemType": "Regression",
    "Objective": "reg:squarederror",
    "EvaluationMetric": "rmse",
    "Rounds": "60",
    "TrainingDays": "30",
    "MinimumScore": "0.7",
}


def retraining(flights: Sequence[Flight]) -> Retraining:
    """The reference pipeline for the flights' endpoint.

    Args:
        flights: Those that the first model has learnt from.
    """
    arrived = (f"{inputs(flight)},{flight.arr_delay}" for flight in flights if flight.arr_delay is not None)
    data = "\n".join([",".join((*FEATURES, ACTUAL)), *arrived, ""]).encode()
    return Retraining(PIPELINE, ENDPOINT, data, _PARAMETERS, MONITORS)


def first_model(model: Pipeline) -> Container:
    """The container of the model that the endpoint has in the beginning."""

    def container(body: str) -> str:
        rows = [row for row in csv.reader(body.splitlines()) if row]
        return "".join(f"{value:.2f}\n" for value in predict_rows(model, rows).tolist())

    return container


class Client:
    """Asks the endpoint, as the airport's system would: InvokeEndpoint, CSV in, CSV out.

    Args:
        url: Of the server that answers.
    """

    def __init__(self, url: str) -> None:
        make: Any = boto3.client
        self._runtime = make(
            "sagemaker-runtime",
            endpoint_url=url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 (the server's own)
            config=Config(proxies={}, read_timeout=300, retries={"total_max_attempts": 1}),
        )

    def predict(self, flights: Sequence[Flight]) -> NDArray[np.float64]:
        """Predicted arrival delays in minutes, one per flight, with two decimals."""
        body = "".join(f"{inputs(flight)}\n" for flight in flights)
        answer = self._runtime.invoke_endpoint(EndpointName=ENDPOINT, ContentType="text/csv", Body=body)
        values = [float(line) for line in answer["Body"].read().decode().splitlines()]
        return np.round(np.array(values, dtype=np.float64), 2)
