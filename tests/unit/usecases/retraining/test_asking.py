"""What a run is told, and back from when its labelled rows are counted."""

from collections.abc import Mapping

from driftline.domain.documents.parse import parse_document
from driftline.domain.executions.execution import Execution, ExecutionRequest, ExecutionStatus
from driftline.domain.ground_truth.keys import VariantHour
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.windows import Window
from driftline.kinds.registry import KINDS
from driftline.usecases.executions.last_execution import keep_last_execution
from driftline.usecases.retraining.retraining_asking import labelled_rows_of, placeholder_values
from tests.fakes import InMemoryStore, InMemoryStores
from tests.retraining import DAY, ENDPOINT, HOUR, START, alarm, document, put_merged_hour


def parsed(body: bytes) -> MonitorDocument:
    return parse_document(body.decode(), where="monitors/churn.yaml", model=KINDS.document)


def values(document_: MonitorDocument, store: InMemoryStore) -> Mapping[str, str]:
    return placeholder_values(store, InMemoryStores(), document_, alarm())


def judged(store: InMemoryStore, window: Window | None, folder: str = "") -> None:
    request = ExecutionRequest(endpoint=ENDPOINT, monitor="model_quality", scheduled_time=START, trigger="schedule")
    execution = Execution(ENDPOINT, "model_quality", ExecutionStatus.COMPLETED, "", window=window, folder=folder)
    keep_last_execution(store, request, execution)


def test_captures_are_those_of_the_bucket_and_the_variant_that_are_monitored() -> None:
    store = InMemoryStore()
    everything = values(parsed(document()), store)
    assert everything["captures"] == "memory://bucket/capture/churn/"
    assert everything["merged"] == "memory://bucket/merged/churn/"
    narrow = document() + b"variant: blue\ncapture: {bucket: captures-of-churn, prefix: live/}\n"
    blue = values(parsed(narrow), store)
    assert blue["captures"] == "memory://captures-of-churn/live/churn/blue/"
    assert blue["merged"] == "memory://bucket/merged/churn/blue/"


def test_the_report_and_the_window_are_those_of_the_last_execution_and_else_the_monitors_folder() -> None:
    store = InMemoryStore()
    never = values(parsed(document()), store)
    judged(store, None)
    without_report = values(parsed(document()), store)
    for each in (never, without_report):
        assert each["report"] == "memory://bucket/reports/churn/model_quality/"
        assert (each["window_start"], each["window_end"]) == ("", "")
    judged(store, Window(START - HOUR, START), "reports/churn/model_quality/2026/03/02/14/")
    last = values(parsed(document()), store)
    assert last["report"] == "memory://bucket/reports/churn/model_quality/2026/03/02/14/"
    assert (last["window_start"], last["window_end"]) == ("2026-03-02T13:00:00Z", "2026-03-02T14:00:00Z")


def test_rows_are_counted_back_from_the_window_that_was_judged_and_up_to_the_alarm() -> None:
    # Given labels of eight weeks ago, which a monitor that waits for late labels has just judged, and of yesterday
    store = InMemoryStore()
    old = START - 56 * DAY
    put_merged_hour(store, VariantHour("v", old), {0: 600})
    put_merged_hour(store, VariantHour("v", START - DAY), {0: 50})
    of_model = parsed(document("minimum_labelled_rows: 5000, labelled_within: P30D"))
    settings = of_model.retraining
    assert settings is not None

    def rows() -> int:
        return labelled_rows_of(store, of_model, settings, alarm(), START).rows

    # Then without a window thirty days before the alarm count, and with it thirty days before its end, too
    assert rows() == 50
    judged(store, None)
    assert rows() == 50
    judged(store, Window(old, old + HOUR))
    assert rows() == 650
    # And a window that ends after the alarm makes no rows younger than they are
    judged(store, Window(START, START + 40 * DAY))
    assert rows() == 50
