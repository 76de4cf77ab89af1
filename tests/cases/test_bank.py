"""A fortnight of real rows and a real model: what was broken on three days is found on those days, and named."""

from datetime import timedelta
from pathlib import Path

import pytest

from driftline.reader import open_reports
from tests.cases.bank import DAYS, MISSED, RENAMED, START, SWAPPED, write_fortnight
from tests.cases.running import Case

MONITORS = ("data_quality", "model_quality")

type Headlines = dict[str, list[str]]


@pytest.fixture(scope="module")
def headlines(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Headlines:
    """By monitor, each day's headline."""
    bucket = tmp_path_factory.mktemp("bank")
    write_fortnight(bucket, shared_data / "bank_marketing" / "bank-additional-full.csv.gz")
    bank = Case(bucket)
    for monitor in MONITORS:
        assert bank.call("baseline", "--monitor", monitor).exit_code == 0
    assert bank.ingest().exit_code == 0
    assert bank.merge().exit_code == 0
    first, last = START + timedelta(days=1), START + timedelta(days=DAYS + 1)
    for monitor in MONITORS:
        said = bank.call("replay", "--monitor", monitor, "--from", first.isoformat(), "--to", last.isoformat())
        assert said.exit_code == 2  # violations
    reports = open_reports(str(bucket))
    return {
        monitor: [
            reports.execution("bank", monitor, at=first + timedelta(days=day)).report.headline for day in range(DAYS)
        ]
        for monitor in MONITORS
    }


def test_two_columns_that_changed_places(headlines: Headlines) -> None:
    said = headlines["data_quality"][SWAPPED]

    assert said.startswith("campaign: ")
    assert "→" in said  # from which shares to which
    assert said.rstrip(".").endswith("; 1 more violation (age)")


def test_a_category_with_a_new_name(headlines: Headlines) -> None:
    said = headlines["data_quality"][RENAMED]

    assert said.startswith("contact: cellular 63.5 % → 0 %, mobile 0 % → 63.1 %")


def test_days_on_which_nothing_was_broken_are_quiet(headlines: Headlines) -> None:
    """One of them has a value that the baseline lacks: three of all 41,188 calls have it, so chance explains one."""
    spoiled = {SWAPPED, RENAMED}

    quiet = {said for day, said in enumerate(headlines["data_quality"]) if day not in spoiled}
    assert quiet == {"No violations: all 14 compared features agree with the baseline."}


def test_half_of_the_hits_missed(headlines: Headlines) -> None:
    said = headlines["model_quality"][MISSED]

    assert said.startswith("Recall 0.18")
    assert "at least 0.3727 required" in said
