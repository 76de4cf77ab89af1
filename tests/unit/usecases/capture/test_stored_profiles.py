"""Stored profiles: small, the same bytes for the same content, refused loudly when they are not what they should be."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import numpy as np
import pytest

from driftline.domain.capture.columns import ColumnValues, Table
from driftline.domain.errors import InvalidInputError
from driftline.domain.profiles.capture_profile import HourProfile
from driftline.domain.profiles.storage import VERSION
from driftline.domain.profiles.table import TableProfile
from driftline.domain.profiles.window import WindowProfile, rollup_digest

SLOT_START = datetime(2026, 3, 1, 14, 5, tzinfo=UTC)


def _table(rows: int) -> TableProfile:
    generator = np.random.default_rng(4)
    numeric = {
        f"input[{i}]": ColumnValues(np.round(generator.normal(100, 20, size=rows), 3), 0, {}, None) for i in range(7)
    }
    carriers = {"AA": rows - 1, "UA": 1}
    return TableProfile.of(Table(rows, {**numeric, "input[7]": ColumnValues(np.empty(0), 0, carriers, dict(carriers))}))


def _hour(rows: int = 60) -> HourProfile:
    slot = WindowProfile({"csv:0+8": _table(rows)}, records=rows, rejected=1, skipped=2)
    later = WindowProfile(records=0, rejected=3)
    return HourProfile({SLOT_START + timedelta(minutes=5): later, SLOT_START: slot}, "s3://b/k", "state/records/x")


def test_an_hour_profile_survives() -> None:
    back = HourProfile.from_bytes(_hour().to_bytes())

    assert back == _hour()
    assert list(back.slots) == sorted(_hour().slots)
    assert (back.records, back.rows, back.rejected, back.skipped) == (60, 60, 4, 2)


def test_window_and_table_profiles_survive() -> None:
    window = WindowProfile({"json": _table(5_000), "csv:0+8": _table(3)}, records=7, rejected=8, skipped=9)

    assert WindowProfile.from_bytes(window.to_bytes()) == window
    assert TableProfile.from_bytes(_table(5_000).to_bytes()) == _table(5_000)


def test_a_small_slot_takes_few_bytes() -> None:
    assert len(_hour(rows=60).to_bytes()) < 4_500  # 60 rows, 8 columns


def test_the_order_of_dictionaries_does_not_show() -> None:
    table = _table(10)
    turned = TableProfile(10, dict(reversed(list(table.columns.items()))))

    assert turned.to_bytes() == table.to_bytes()
    assert WindowProfile({"a": table, "b": turned}).to_bytes() == WindowProfile({"b": table, "a": turned}).to_bytes()


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda data: data.replace(b"hour 2\n", b"hour 1\n", 1), "begins with b'driftline hour 1'"),
        (lambda data: data.replace(b"hour", b"week", 1), "begins with b'driftline week 2'"),
        (lambda data: b"", "begins with b''"),
        (lambda data: data[:-1], "checksum"),
        (lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:], "checksum"),
        (lambda data: data[:17], "checksum"),
    ],
)
def test_what_is_not_a_profile_of_this_version_is_refused(damage: object, says: str) -> None:
    assert callable(damage)
    with pytest.raises(InvalidInputError) as refused:
        HourProfile.from_bytes(damage(_hour().to_bytes()), "state/profiles/x.profile")

    assert says in refused.value.what
    assert refused.value.where == "state/profiles/x.profile"
    assert refused.value.mend


def test_one_kind_of_profile_is_not_taken_for_another() -> None:
    with pytest.raises(InvalidInputError, match="driftline window 2"):
        HourProfile.from_bytes(WindowProfile.empty().to_bytes())


def test_a_roll_up_is_named_after_exactly_its_parts() -> None:
    digest = rollup_digest([("a", "1"), ("b", "2")])

    assert rollup_digest([("b", "2"), ("a", "1"), ("a", "1")]) == digest
    assert len({digest, rollup_digest([("a", "1")]), rollup_digest([("a", "1"), ("b", "3")])}) == 3


def test_the_bytes_of_this_version_do_not_change() -> None:
    """Profiles that are stored already have to merge with new ones: a change that breaks this raises storage.VERSION.

    The values are multiples of 1/8, so every sum is exact and the bytes are the same on every processor.
    """
    values = (np.arange(5_000) * 7_919 % 5_003) / 8
    columns = {
        "output[0]": ColumnValues(values, 0, {}, None),
        "input[0]": ColumnValues(values[:9], 3, {"true": 2, "ä": 1}, {"0.0": 9, "true": 2, "ä": 1}),
    }
    slot = WindowProfile({"csv:1+1": TableProfile.of(Table(5_000, columns))}, records=5_000, rejected=1, skipped=2)

    stored = HourProfile({SLOT_START: slot}, "s3://bucket/key", "state/records/x.parquet").to_bytes()

    assert VERSION == 2
    assert sha256(stored).hexdigest() == "713a908a3bb780f2f906b217139359fa5db1f760a4a61c7c71683fb9f04927bd"
