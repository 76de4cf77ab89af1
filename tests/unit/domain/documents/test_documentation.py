"""What the pages say of monitor documents is so: every field, default, example and error."""

import re
from collections.abc import Iterable
from datetime import timedelta
from textwrap import dedent

import pytest

from driftline.domain.documents.parse import InvalidDocumentError, parse_document
from driftline.domain.monitors.alarms import Alarm
from driftline.domain.monitors.document import Capture, Columns, MonitorDocument
from driftline.domain.monitors.fields import Part, format_offset
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.monitors.predictions_monitor import PredictionsMonitor
from driftline.domain.monitors.retraining import Retraining
from driftline.domain.monitors.schedule import parse_schedule
from driftline.domain.monitors.watch import Watch
from driftline.kinds.data_quality.settings import DataQualityMonitor
from driftline.kinds.model_bias.settings import ModelBiasMonitor
from driftline.kinds.model_explainability.settings import ModelExplainabilityMonitor
from driftline.kinds.model_quality.settings import ModelQualityMonitor
from driftline.kinds.registry import KINDS
from tests.places import REPOSITORY

TEXT = (REPOSITORY / "docs" / "reference" / "monitor-document.md").read_text()
GUIDE = (REPOSITORY / "docs" / "guide" / "monitors.md").read_text()
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
EXAMPLES = [
    pytest.param(example, id=f"{page.stem}-{number}")
    for page in PAGES
    for number, example in enumerate(re.findall(r"^ *```yaml\n(.*?)```", page.read_text(), re.DOTALL | re.MULTILINE))
    if "endpoint:" in example
]

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
    example = dedent(example)
    endpoint = re.findall(r"^endpoint: (.+)$", example, re.MULTILINE)[0]
    assert parse_document(example, where=f"monitors/{endpoint}.yaml", model=KINDS.document)


def rows_of(heading: str) -> dict[str, str]:
    """Default by field, of the table below a heading."""
    section = TEXT.split(f"\n### {heading}\n", 1)[1].split("\n#", 1)[0]
    return dict(re.findall(r"^\| `([^|`]+)` \| ([^|]+) \|", section, re.MULTILINE))


@pytest.mark.parametrize(
    ("heading", "model", "besides"),
    [
        ("Every monitor", ScheduledMonitor, ()),
        ("`monitors.data_quality`", DataQualityMonitor, ScheduledMonitor.model_fields),
        ("`monitors.model_quality`", ModelQualityMonitor, ScheduledMonitor.model_fields),
        ("`monitors.model_bias`", ModelBiasMonitor, PredictionsMonitor.model_fields),
        ("`monitors.model_explainability`", ModelExplainabilityMonitor, ScheduledMonitor.model_fields),
    ],
)
def test_every_field_of_a_monitor_has_a_row_with_its_default(
    heading: str, model: type[ScheduledMonitor], besides: Iterable[str]
) -> None:
    rows = rows_of(heading)
    fields = {name: field for name, field in model.model_fields.items() if name not in set(besides)}
    assert sorted(rows) == sorted(fields)
    for name, field in fields.items():
        if isinstance(field.default, timedelta):
            assert rows[name] == f"`{format_offset(field.default)}`"
        elif isinstance(field.default, str | int | float):
            assert rows[name] == f"`{str(field.default).removeprefix('True') or 'true'}`"
        else:
            assert (rows[name] == "required") == field.is_required()


def test_every_other_field_has_a_row() -> None:
    documented = set(re.findall(r"`([a-z_.]+)`", " ".join(re.findall(r"^\| (`[^|]+) \|", TEXT, re.MULTILINE))))
    expected = {*MonitorDocument.model_fields} - {"capture", "columns"}
    expected |= {f"capture.{name}" for name in Capture.model_fields} | {
        f"columns.{name}" for name in Columns.model_fields
    }
    assert expected <= documented


@pytest.mark.parametrize(
    ("heading", "model"), [("`alarms` of a monitor", Alarm), ("`watch`", Watch), ("`retraining`", Retraining)]
)
def test_every_field_below_has_a_row(heading: str, model: type[Part]) -> None:
    rows = rows_of(heading)
    assert list(rows) == [field.alias or name for name, field in model.model_fields.items()]
    for name, field in model.model_fields.items():
        if isinstance(field.default, timedelta):
            assert rows[name] == f"`{format_offset(field.default)}`"
        elif isinstance(field.default, str | int):
            assert rows[name].lower() == f"`{field.default}`".lower()


@pytest.mark.parametrize("expression", re.findall(r"^\| `((?:cron|rate|at)\([^`]*\))` \|", TEXT, re.MULTILINE))
def test_every_schedule_of_the_table_is_one(expression: str) -> None:
    assert parse_schedule(expression)


def test_the_errors_are_printed_as_they_are() -> None:
    with pytest.raises(InvalidDocumentError) as raised:
        parse_document(WRONG, where="monitors/flight-delay.yaml", model=KINDS.document)
    assert all(f"  {error}\n" in GUIDE for error in raised.value.errors)
    assert f"{len(raised.value.errors)} errors in monitors/flight-delay.yaml" in GUIDE
