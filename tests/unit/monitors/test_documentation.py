"""docs/monitor-document.md says what is so."""

import re
from pathlib import Path

import pytest

from driftline.domain.monitors.document import Capture, Columns, DataQualityMonitor, MonitorDocument
from driftline.domain.monitors.parse import InvalidDocumentError, parse_document
from driftline.domain.monitors.schedule import parse_schedule

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "monitor-document.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)

WRONG = """\
endpoint: flight-delay
columns: {output: [predicted_delay], input: [carrier, origin, dep_hour, distance, dep_delay, precip]}
monitors:
  data_quality:
    schedule: cron(0 25 ? * * *)
    window: {start_offset: PT1H}
    comparsion: corrected
    metrics: al
"""


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_a_document(example: str) -> None:
    assert parse_document(example, where="monitors/flight-delay.yaml")


def test_every_field_has_a_row_with_its_default() -> None:
    rows = dict(re.findall(r"^\| (`[^|]+) \| ([^|]+) \|", TEXT, re.MULTILINE))
    for name, field in DataQualityMonitor.model_fields.items():
        default = rows[f"`{name}`"]
        if isinstance(field.default, str | int):
            assert default == f"`{str(field.default).removeprefix('True') or 'true'}`"
    documented = set(re.findall(r"`([a-z_.]+)`", " ".join(rows)))
    expected = {*MonitorDocument.model_fields} - {"capture", "columns"}
    expected |= {f"capture.{name}" for name in Capture.model_fields} | {
        f"columns.{name}" for name in Columns.model_fields
    }
    assert expected <= documented


@pytest.mark.parametrize("expression", re.findall(r"^\| `((?:cron|rate|at)\([^`]*\))` \|", TEXT, re.MULTILINE))
def test_every_schedule_of_the_table_is_one(expression: str) -> None:
    assert parse_schedule(expression)


def test_the_errors_are_printed_as_they_are() -> None:
    with pytest.raises(InvalidDocumentError) as raised:
        parse_document(WRONG, where="monitors/flight-delay.yaml")
    assert all(f"  {error}\n" in TEXT for error in raised.value.errors)
    assert f"{len(raised.value.errors)} errors in monitors/flight-delay.yaml" in TEXT
