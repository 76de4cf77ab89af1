"""A monitor is changed in the text of its document; everything else stays as it is."""

import pytest

from driftline.domain.documents.edit import with_monitor, without_monitor
from driftline.domain.documents.parse import parse_document
from driftline.domain.documents.positions import read_yaml
from driftline.domain.errors import InvalidInputError
from driftline.kinds.registry import KINDS

BLOCK = """# The shop's endpoint.
endpoint: shop   # in production

monitors:
    # Drift of inputs.
    data_quality:   # ours
        schedule: rate(1 day)  # as agreed
        window:  # a day
            start_offset: -P1D
            end_offset: PT0H
        # The end of data quality.

    # Needs labels.
    model_quality: {problem_type: Regression, inference_attribute: 0}  # in one line

# People are told.
watch: {captures_age: PT6H}
"""
FLOW = "endpoint: shop\nmonitors: {data_quality: {metrics: none,}, model_quality: {problem_type: Regression, inference_attribute: 0}}"
EMPTY = """endpoint: shop
monitors:
  data_quality:  # all defaults
  # Needs labels.
  model_quality:
    problem_type: Regression
    inference_attribute: 0"""
OTHERS = """endpoint: shop
monitors:
  model_quality:  # the only one
    problem_type: Regression
    inference_attribute: 0
    runbook: https://example.com/#quality
"""
NULL = "endpoint: shop\nmonitors:\n  data_quality: null\n  model_quality: {problem_type: Regression, inference_attribute: 0}\n"
DOCUMENTS = {"block": BLOCK, "flow": FLOW, "empty": EMPTY, "others": OTHERS, "null": NULL}

FIELDS = {"schedule": "cron(0 6 ? * * *)", "window": {"start_offset": "-PT2H", "end_offset": "-PT1H"}, "enabled": False}


def content(text: str) -> dict[str, dict[str, object]]:
    """Read by the parser that all documents are read by, and valid."""
    parse_document(text, where="monitors/shop.yaml", model=KINDS.document)
    found = read_yaml(text).value
    assert isinstance(found, dict)
    return found


def comments(text: str) -> list[str]:
    return [f"#{line.partition(' #')[2] or line.lstrip('#')}" for line in f"\n{text}".split("\n") if "# " in line]


@pytest.mark.parametrize("crlf", [False, True], ids=["lf", "crlf"])
@pytest.mark.parametrize("name", DOCUMENTS)
class TestAnyDocument:
    def test_the_fields_are_set_and_nothing_else(self, name: str, crlf: bool) -> None:
        text = DOCUMENTS[name].replace("\n", "\r\n") if crlf else DOCUMENTS[name]
        before = content(text)
        after = content(with_monitor(text, "shop", "data_quality", FIELDS))
        assert after.pop("monitors") == {
            **before["monitors"],
            "data_quality": {**(before["monitors"].get("data_quality") or {}), **FIELDS},  # type: ignore[dict-item]
        }
        assert after == {key: value for key, value in before.items() if key != "monitors"}

    def test_every_comment_stays(self, name: str, crlf: bool) -> None:
        text = DOCUMENTS[name].replace("\n", "\r\n") if crlf else DOCUMENTS[name]
        assert comments(with_monitor(text, "shop", "data_quality", FIELDS)) == comments(text)

    def test_lines_of_nothing_changed_stay_as_they_are(self, name: str, crlf: bool) -> None:
        text = with_monitor(DOCUMENTS[name], "shop", "data_quality", FIELDS)
        assert with_monitor(text, "shop", "data_quality", FIELDS) == text
        if crlf:
            changed = with_monitor(DOCUMENTS[name].replace("\n", "\r\n"), "shop", "data_quality", FIELDS)
            assert changed.replace("\r\n", "\n") == text

    def test_a_monitor_is_removed_and_nothing_else(self, name: str, crlf: bool) -> None:
        text = with_monitor(DOCUMENTS[name], "shop", "data_quality", FIELDS)
        text = text.replace("\n", "\r\n") if crlf else text
        without = without_monitor(text, "data_quality")
        assert without is not None
        before, after = content(text), content(without)
        del before["monitors"]["data_quality"]
        assert after == before
        if name == "others":
            assert without == (OTHERS.replace("\n", "\r\n") if crlf else OTHERS)


def test_what_is_around_a_removed_monitor_stays() -> None:
    without = without_monitor(BLOCK, "data_quality")
    assert without is not None
    for comment in (
        "# The shop's endpoint.",
        "# in production",
        "# Needs labels.",
        "# in one line",
        "# People are told.",
    ):
        assert comment in without


def test_the_last_of_a_flow_is_removed_with_its_comma() -> None:
    assert without_monitor(FLOW, "model_quality") == "endpoint: shop\nmonitors: {data_quality: {metrics: none,}}"


def test_a_document_has_at_least_one_monitor() -> None:
    assert without_monitor(OTHERS, "model_quality") is None
    with pytest.raises(InvalidInputError, match="no monitor data_quality"):
        without_monitor(OTHERS, "data_quality")


def test_a_new_document_has_the_endpoint_and_the_monitor() -> None:
    assert content(with_monitor(None, "shop", "data_quality", FIELDS)) == {
        "endpoint": "shop",
        "monitors": {"data_quality": FIELDS},
    }


def test_what_is_shared_by_an_anchor_is_not_edited() -> None:
    shared = "endpoint: shop\nmonitors:\n  data_quality: &all {schedule: rate(1 day)}\n  model_quality: *all\n"
    for monitor in ("data_quality", "model_quality"):
        with pytest.raises(InvalidInputError, match=r"anchor.*Write it out"):
            with_monitor(shared, "shop", monitor, FIELDS)
