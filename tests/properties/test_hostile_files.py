"""Generated bad files: deep, wide, long, in the wrong encoding, at impossible times. Whatever they are, they end in a
word for people, their neighbours do not notice, and they cost no more than stated here."""

import gzip
import json
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz import examples
from tests.hostile.confined import Confined
from tests.hostile.entries import baselines, captures, documents, labels
from tests.hostile.outcome import Word

SECONDS, SECONDS_PER_MB = 1.0, 5.0
BYTES, BYTES_PER_BYTE = 128 << 20, 20
"""What a file may take: its neighbours, and so much for each of its own bytes."""

GOOD = {"capture": captures.GOOD, "label": labels.GOOD, "baseline": baselines.GOOD}
DEPTHS = st.sampled_from([3, 100, 5_000, 60_000])
WIDTHS = st.sampled_from([3, 100, 3_000])
LENGTHS = st.sampled_from([0, 10, 5_000, 150_000])
TIMES = st.one_of(
    st.datetimes().map(lambda at: at.isoformat() + "Z"),
    st.datetimes(timezones=st.timezones()).map(lambda at: at.isoformat()),
    st.sampled_from(["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"]),
    st.text(max_size=12),
)
SEPARATORS = st.sampled_from([b"\n", b"\r\n", b"\r", b"\n\n", b"\n\xef\xbb\xbf", b""])
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1", "cp037"])


def deep(draw: st.DrawFn) -> bytes:
    opened, closed = draw(st.sampled_from([("[", "]"), ('{"a":', "}"), ('[{"b":', "}]")]))
    depth = draw(DEPTHS)
    return f"{opened * depth}1{closed * draw(st.sampled_from([depth, 0, depth - 1]))}".encode()


def wide(draw: st.DrawFn) -> bytes:
    width = draw(WIDTHS)
    return draw(
        st.sampled_from(
            [
                json.dumps({f"name{at}": at for at in range(width)}).encode(),
                json.dumps(list(range(width))).encode(),
                b"," * width,
                b'"",' * width,
                b'{"a":1,' * width,
            ]
        )
    )


def long(draw: st.DrawFn) -> bytes:
    length = draw(LENGTHS)
    return draw(st.sampled_from([b"9" * length, b'"' + b"x" * length + b'"', b'"' * length, b"\\" * length]))


def with_time(draw: st.DrawFn, good: bytes) -> bytes:
    return good.replace(b"2026-03-01T14:00:00Z", json.dumps(draw(TIMES)).encode()[1:-1])


def nested_into(draw: st.DrawFn, good: bytes, value: bytes) -> bytes:
    """The value where the good line has one, as JSON or as a text of it."""
    text = draw(st.sampled_from([value, json.dumps(value.decode(errors="replace")).encode()]))
    for there in (b'"1,DE"', b'"0.1"', b'"1"', b'"DE"', b'"text/csv"'):
        if there in good and draw(st.booleans()):
            return good.replace(there, text)
    return good


@st.composite
def lines(draw: st.DrawFn, good: bytes) -> bytes:
    """One line of a file."""
    line = good.splitlines()[0]
    value = draw(st.sampled_from([deep, wide, long]))(draw)
    drawn: bytes = draw(
        st.one_of(
            st.just(line),
            st.just(value),
            st.binary(max_size=60),
            st.integers(0, len(line)).map(lambda end: line[:end]),
            st.just(line * 50),
            ENCODINGS.map(lambda name: line.decode().encode(name)),
            st.just(with_time(draw, line)),
            st.just(nested_into(draw, line, value)),
        )
    )
    return drawn


@st.composite
def files(draw: st.DrawFn, good: bytes) -> bytes:
    """A whole file, of at most some 2 MB."""
    separator = draw(SEPARATORS)
    body = separator.join(draw(st.lists(lines(good), max_size=10))) * draw(st.sampled_from([1, 1, 3]))
    return draw(st.sampled_from([body, body, gzip.compress(body, mtime=0), gzip.compress(body, mtime=0)[:-5]]))


@st.composite
def yaml(draw: st.DrawFn) -> bytes:
    """A monitor document with something in it that does not belong there; documents have at most 256 KiB."""
    depth, width, length = draw(DEPTHS), draw(WIDTHS), draw(LENGTHS)
    value = draw(
        st.one_of(
            st.builds(lambda: deep(draw).decode()),
            st.just("x" * length),
            st.just("9" * length),
            st.just("'" * length),
            st.just("- " * depth + "1"),
            st.just("? " * depth + "1"),
            st.just("&a [*a]"),
            st.just("!!python/object/apply:os.system [true]"),
            st.just("{" + ", ".join(f"k{at}: {at}" for at in range(width)) + "}"),
            st.just("{" + "a: 1, " * width + "}"),
            st.just("[&a x" + ", *a" * width + "]"),
            st.just("|\n" + "      line\n" * width),
            st.text(max_size=40),
        )
    )
    good = documents.document("shop", value).decode()
    extra = "\n".join(f"  model_quality{at}: {{}}" for at in range(draw(st.sampled_from([0, 3, 300]))))
    return (good + extra).encode(errors="surrogatepass")


@pytest.fixture(scope="module")
def confined() -> Iterator[Confined]:
    with Confined() as process:
        yield process


def within_its_budget(confined: Confined, entry: str, body: bytes) -> None:
    cost = confined.take(entry, body)

    assert cost.outcome.word in Word
    megabytes = len(body) / 1e6
    assert cost.seconds <= SECONDS + SECONDS_PER_MB * megabytes, cost
    assert cost.bytes <= BYTES + BYTES_PER_BYTE * len(body), cost


FUZZED = settings(
    max_examples=examples(30),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)


@pytest.mark.parametrize("entry", sorted(GOOD))
@FUZZED
@given(data=st.data())
def test_lines(entry: str, data: st.DataObject, confined: Confined) -> None:
    within_its_budget(confined, entry, data.draw(files(GOOD[entry])))


@FUZZED
@given(body=yaml())
def test_documents(body: bytes, confined: Confined) -> None:
    within_its_budget(confined, "document", body)
