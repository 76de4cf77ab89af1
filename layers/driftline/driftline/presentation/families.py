"""Subjects that belong together by their names: numbered ones, and one-hot columns with a common prefix."""

import re
from collections import Counter
from collections.abc import Sequence

_FEWEST = 3
"""Members of a family."""

_NUMBERS = re.compile(r"\d+")
_PREFIX = re.compile(r"([^\W_]+)[\W_].+")


def families(names: Sequence[str]) -> dict[str, str]:
    """The family of each name that has one: `lag_…` of `lag_1`, `lag_2` and `lag_3`; `job…` of `job_admin` and others.

    A numbered name belongs to those that differ in numbers only; others to those with the same first word.
    """
    distinct = list(dict.fromkeys(names))
    numbered = {name: _NUMBERS.sub("…", name) for name in distinct if _NUMBERS.search(name)}
    found = _large(numbered)
    first = {name: f"{match[1]}…" for name in distinct if name not in found and (match := _PREFIX.fullmatch(name))}
    return found | _large(first)


def _large(families: dict[str, str]) -> dict[str, str]:
    sizes = Counter(families.values())
    return {name: family for name, family in families.items() if sizes[family] >= _FEWEST}
