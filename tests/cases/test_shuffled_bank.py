"""The bank's calls in random orders, in which nothing changes from day to day: no suggested limit rings."""

from pathlib import Path

from bench.bank_shuffles import Calls, rung
from bench.quiet_model_quality import without_resampling

SHUFFLES, SEED = 2, 11


def test_days_that_only_differ_by_chance_are_quiet(shared_data: Path) -> None:
    calls = Calls.read(shared_data / "bank_marketing" / "bank-additional-full.csv.gz")

    with without_resampling():
        data, model, either = rung(calls, SEED, SHUFFLES)

    # Of 28 days; python -m bench bank_shuffles takes a hundred orders.
    assert (data, model) <= (1, 1)
    assert either <= 1
