"""Messages for the tests of channels: an incident from beginning to end, a notice, and texts that mean harm."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from driftline.domain.alarms.severity import Severity
from driftline.domain.executions.finding import Finding
from driftline.domain.incidents.message import Listed, Message, MessageKind
from driftline.domain.monitors.ownership import Ownership
from tests.findings import drift, share

BEGIN = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
_HOUR = timedelta(hours=1)

OPENED = Message(
    id="flights-eta/data_quality/20260105T100000Z/opened",
    kind=MessageKind.OPENED,
    severity=Severity.WARNING,
    headline="3 constraints violated in data_quality of flights-eta",
    at=BEGIN + _HOUR,
    incident="flights-eta/data_quality/20260105T100000Z",
    endpoint="flights-eta",
    monitor="data_quality",
    window=(BEGIN, BEGIN + _HOUR),
    details=("Coverage 97 %, 12,345 rows.",),
    evidence=(
        drift("dep_delay", 0.4213, n=12345, interval=(0.4012, 0.4414), direction="higher"),
        drift("carrier", 0.2, n=12345),
        share("completeness_check", "completeness", "distance", 0.93, n=12345),
    ),
    since=BEGIN + _HOUR,
    link="https://reports.example.com/flights-eta/report.html?a=1&b=2",
    silence="driftline silence flights-eta data_quality --for 4h --why '…'",
)
ESCALATED = replace(
    OPENED,
    id="flights-eta/data_quality/20260105T100000Z/escalated",
    kind=MessageKind.ESCALATED,
    severity=Severity.CRITICAL,
    at=BEGIN + 2 * _HOUR,
    changed=("mae 14.2 is above 12", "dep_delay rose from 0.42 to 0.61"),
)
RECOVERED = replace(
    ESCALATED,
    id="flights-eta/data_quality/20260105T100000Z/recovered",
    kind=MessageKind.RECOVERED,
    headline="data_quality of flights-eta is well again",
    at=BEGIN + 5 * _HOUR,
    evidence=(),
    changed=(),
)
NOTICE = Message(
    id="notice/1",
    kind=MessageKind.NOTICE,
    severity=Severity.WARNING,
    headline="monitors/flights-eta.yaml has 2 errors",
    at=BEGIN,
    details=("line 4: treshold is no field of an alarm.", "line 9: …"),
)

HOSTILE = (
    "<!channel> <!here> <!everyone>",
    "<@U123ABC> <#C123> <!subteam^S1|@ops>",
    "<https://evil.example|the report>",
    "*bold* _slanted_ ~gone~ `code` ```block```",
    "[click](https://evil.example) ![x](https://evil.example/x.png) **b** # h",
    "&lt;!channel&gt; &amp;",
    "- one\n- two\n1. three\n> quote\n| a | b |",
    "\x00\x07\x1b[31mred\x1b[0m\r\nnext",
    "safe\u202egnp.exe\u2066x\u2069\u200f",
    "half \ud83d pair \udc00",
    "x" * 10_240,
    "&" * 10_240,
    "😀" * 5_000,
    "{{DATE(2026-01-01T00:00:00Z, SHORT)}} <at>everyone</at> ${x}",
    "\u2028\u2029\ufeff\U000e0041",
    "",
    " ",
)

hostile = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(alphabet=st.characters(), max_size=200),  # lone surrogates included
    st.lists(st.sampled_from([*"<>&*_~`[]()!#@|\\\n\t-+1. \u202e\ud800", "<!channel>", "a"]), max_size=60).map("".join),
)
_floats = st.none() | st.floats()
findings = st.builds(
    Finding,
    subject=hostile,
    check=hostile,
    description=hostile,
    measure=st.sampled_from(["share", "distance", "p_value", "count", "metric"]),
    figure=hostile,
    observed=_floats,
    required=_floats,
    side=st.sampled_from([None, "at_least", "at_most"]),
    statistic=_floats,
    interval=st.none() | st.tuples(st.floats(), st.floats()),
    n=_floats,
    direction=st.none() | hostile,
    certain=st.none() | st.booleans(),
)
_times = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
messages = st.builds(
    Message,
    id=hostile,
    kind=st.sampled_from(MessageKind),
    severity=st.sampled_from(Severity),
    headline=hostile,
    at=_times,
    incident=st.none() | hostile,
    endpoint=st.none() | hostile,
    monitor=st.none() | hostile,
    window=st.none() | st.tuples(_times, _times),
    details=st.lists(hostile, max_size=40).map(tuple),
    evidence=st.lists(findings, max_size=5).map(tuple),
    since=st.none() | _times,
    changed=st.lists(hostile, max_size=40).map(tuple),
    link=st.none() | hostile | st.sampled_from(["https://a.example/r?x=<b>|\"'&y=1", "javascript:alert(1)"]),
    silence=st.none() | hostile,
    listed=st.lists(st.builds(Listed, headline=hostile, link=st.none() | hostile), max_size=60).map(tuple),
    ownership=st.builds(
        Ownership,
        team=st.none() | hostile,
        owner=st.none() | hostile,
        tags=st.dictionaries(hostile, hostile, max_size=20),
    ),
)
