"""What findings and figures over time call a group: the same in every window."""

import re

_INTERVAL = re.compile(r"\((?P<low>[^,]+), [^\]]+\]")


def subject_of(facet: str, group: str) -> str:
    """`Sex = Female`; `Age > 40`, because an interval's upper end is the largest value of a window.

    Args:
        group: `value_or_threshold` of analysis.json.
    """
    match = _INTERVAL.fullmatch(group)
    return f"{facet} > {match['low']}" if match else f"{facet} = {group}"


def steady(subject: str) -> str:
    """The subject of a file that has an interval's upper end in it."""
    facet, equals, group = subject.rpartition(" = ")
    return subject_of(facet, group) if equals and _INTERVAL.fullmatch(group) else subject
