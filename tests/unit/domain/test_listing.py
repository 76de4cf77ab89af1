"""Names of which the first are told, and how many more there are."""

import pytest

from driftline.domain.listing import first_of


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0, ""),
        (1, "0"),
        (3, "0, 1, 2"),
        (4, "0, 1, 2 and 1 more"),
        (2003, "0, 1, 2 and 2,000 more"),
    ],
)
def test_the_first_are_told_and_the_others_counted(amount: int, said: str) -> None:
    assert first_of([str(each) for each in range(amount)], 3) == said
