"""Hours are joined in one instance of DuckDB, and know nothing of each other."""

import duckdb
import pytest

from driftline.adapters.tables import hour_join
from driftline.domain.ground_truth.labels import Label
from tests.tables import TABLES
from tests.unit.adapters.tables.test_columnar import HOUR, line, parquet

LABELS = {f"e{at}": Label(f"e{at}", str(at), "CSV", at + 1) for at in range(3)}
ONE, OTHER = parquet(line("CSV", "1", "2", 0)), parquet(line("CSV", "1", "2,3", 1), line("CSV", "1", "2,3", 2))


def merged(records: bytes) -> bytes:
    return TABLES.merge_hour([lambda: records], HOUR, LABELS, repeated=False).table


def test_an_hour_that_cannot_be_merged_leaves_the_next_ones_alone() -> None:
    before = merged(ONE)
    with pytest.raises(duckdb.Error):
        merged(b"PAR1 and no Parquet PAR1")
    assert merged(ONE) == before


def test_hours_that_are_open_at_once_do_not_see_each_other() -> None:
    alone = merged(OTHER)
    with hour_join.joined_hour([lambda: ONE], HOUR) as join:
        join.choose(LABELS, repeated=False)
        assert merged(OTHER) == alone
        assert join.read("SELECT label FROM chosen").fetchall() == [("0",)]


def test_what_an_hour_kept_is_gone_with_it() -> None:
    merged(OTHER)
    found = hour_join._database().execute("SELECT table_name FROM information_schema.tables").fetchall()
    settings = hour_join._database().execute("SELECT current_setting('disabled_optimizers')").fetchall()
    assert (found, settings) == ([], [("",)])
