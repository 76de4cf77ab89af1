"""What a monitor document says of the alarms of an incident."""

from driftline.domain.alarms.names import AlarmName
from driftline.domain.alarms.severity import Severity
from driftline.domain.documents.parse import decode_document, parse_document
from driftline.domain.incidents.wanted import notifying_alarms, severity_of, subject_of
from driftline.domain.monitors.document import MonitorDocument
from driftline.kinds.registry import KINDS

STACK = "a-stack-with-a-long-name" * 5
DOCUMENT = """\
endpoint: shop
monitors:
  data_quality:
    schedule: cron(0 * ? * * *)
    alarms:
      - {severity: warning}
      - {name: worst drift, metric: feature_baseline_drift_amount, threshold: 0.5, severity: critical}
      - {name: quiet, actions: [retrain]}
retraining: {target: {event: true}}
"""


def document(text: str = DOCUMENT) -> MonitorDocument:
    where = "monitors/shop.yaml"
    return parse_document(decode_document(text.encode(), where=where), where=where, model=KINDS.document)


def test_an_alarm_of_a_monitor_belongs_to_it_and_each_watch_alarm_stands_alone() -> None:
    assert subject_of(AlarmName("shop", "data_quality", "violations")) == "data_quality"
    assert subject_of(AlarmName("shop", "watch", "captures")) == "watch/captures"


def test_an_alarm_is_as_severe_as_its_document_says() -> None:
    assert severity_of("prod/shop/data_quality/worst drift", document(), "prod") is Severity.CRITICAL
    assert severity_of("prod/shop/watch/schedules", document(), "prod") is Severity.CRITICAL
    assert severity_of("prod/shop/data_quality/other", document(), "prod") is None
    assert severity_of("prod/shop/data_quality/worst drift", document(), "another stack") is None


def test_those_of_a_monitor_that_notify() -> None:
    found = notifying_alarms(document(), "prod", "data_quality")
    assert found == {"violations": Severity.WARNING, "worst drift": Severity.CRITICAL}


def test_those_of_a_watch_alarm() -> None:
    assert notifying_alarms(document(), "prod", "watch/schedules") == {"schedules": Severity.CRITICAL}
    assert notifying_alarms(document(), "prod", "watch/nothing of the kind") == {}


def test_a_label_that_was_cut_is_known_as_the_alarm_is_called() -> None:
    label = "l" * 120
    long = document(DOCUMENT.replace("name: worst drift", f"name: {label}"))
    (cut,) = {*notifying_alarms(long, STACK, "data_quality")} - {"violations"}
    assert cut.startswith("lll")
    assert len(cut) < len(label)
    assert severity_of(f"{STACK}/shop/data_quality/{cut}", long, STACK) is Severity.CRITICAL
