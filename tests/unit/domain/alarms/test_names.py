"""Names of alarms are unique, are taken by CloudWatch, and say whose they are."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.domain.alarms.names import LONGEST_ALARM_NAME, AlarmName, alarm_name, parse_alarm_name

ENDPOINTS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", fullmatch=True)
SUBJECTS = st.sampled_from(["data_quality", "model_quality", "watch"])
STACKS = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,127}", fullmatch=True)
LABELS = st.text(min_size=1, max_size=300)


@pytest.mark.parametrize(
    "label", ["violations", "data_quality executions failed", "a/b/c", "/", "Größe über 3 σ", "ground truth"]
)
def test_a_plain_label_is_in_the_name_and_comes_back(label: str) -> None:
    name = alarm_name("prod", "flights.2", "data_quality", label)
    assert name == f"prod/flights.2/data_quality/{label}"
    assert parse_alarm_name("prod", name) == AlarmName("flights.2", "data_quality", label)


@given(STACKS, ENDPOINTS, SUBJECTS, LABELS)
def test_every_name_is_one_that_cloudwatch_takes_and_tells_whose_it_is(
    stack: str, endpoint: str, subject: str, label: str
) -> None:
    name = alarm_name(stack, endpoint, subject, label)
    assert 0 < len(name) <= LONGEST_ALARM_NAME
    assert name.encode().decode() == name
    assert not any(character < " " or character == "\x7f" for character in name)
    parsed = parse_alarm_name(stack, name)
    assert parsed is not None
    assert (parsed.endpoint, parsed.subject) == (endpoint, subject)


@pytest.mark.parametrize(
    ("one", "other"),
    [("x" * 300 + "1", "x" * 300 + "2"), ("a\nb", "a\rb"), ("\ud800", "\ud801"), ("é" * 250, "é" * 251)],
)
def test_labels_that_have_to_be_cut_or_mended_stay_apart(one: str, other: str) -> None:
    assert alarm_name("prod", "e", "watch", one) != alarm_name("prod", "e", "watch", other)


def test_a_label_is_cut_where_the_name_would_be_too_long_and_no_earlier() -> None:
    room = 255 - len("prod/e/watch/")
    assert alarm_name("prod", "e", "watch", "x" * room) == f"prod/e/watch/{'x' * room}"
    # Names are how alarms are found again: another form of them would leave the alarms that are there behind.
    digest = sha256(b"x" * (room + 1)).hexdigest()[:8]
    cut = alarm_name("prod", "e", "watch", "x" * (room + 1))
    assert cut == f"prod/e/watch/{'x' * (room - 9)}~{digest}"
    assert len(cut) == 255
    digest = sha256(b"a\nb").hexdigest()[:8]
    assert alarm_name("prod", "e", "watch", "a\nb") == f"prod/e/watch/a\ufffdb~{digest}"


@pytest.mark.parametrize(
    "name",
    ["prod-dead-letters", "prod", "", "prod/e", "prod/e/watch", "prod/e/watch/", "prod//watch/a", "prod2/e/watch/a"],
)
def test_names_of_other_alarms_are_none_of_a_document(name: str) -> None:
    assert parse_alarm_name("prod", name) is None
