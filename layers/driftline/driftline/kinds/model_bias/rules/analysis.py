"""analysis.json: SageMaker Clarify's results of a bias analysis, which are statistics and constraints in one.

Written as Clarify writes it: Python's JSON with four spaces, post-training metrics first, infinities as the strings
"Infinity" and "-Infinity", no newline at the end.
"""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from driftline.domain.errors import InvalidInputError
from driftline.kinds.model_bias.rules.facets import same_group

type SectionName = Literal["post_training_bias_metrics", "pre_training_bias_metrics"]

SECTIONS: tuple[SectionName, ...] = ("post_training_bias_metrics", "pre_training_bias_metrics")
"""In the order of the file."""

_INDENT = 4
_INFINITIES = {"Infinity": math.inf, "-Infinity": -math.inf}


def infinite_or_number(value: object) -> object:
    """Infinities are strings in the file; NaN, which Python's JSON would write, is no value."""
    if isinstance(value, str) and value in _INFINITIES:
        return _INFINITIES[value]
    return None if isinstance(value, float) and math.isnan(value) else value


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class MetricValue(_Part):
    """A metric; `error` says why it has no value."""

    name: str
    description: str = ""
    value: Annotated[int | float | None, BeforeValidator(infinite_or_number)] = None
    error: str | None = None


class Entry(_Part):
    """The metrics of one group of a facet."""

    value_or_threshold: str
    metrics: tuple[MetricValue, ...] = ()


class Section(_Part):
    label: str
    facets: Mapping[str, tuple[Entry, ...]]
    label_value_or_threshold: str


class Analysis(_Part):
    version: str = "1.0"
    post_training_bias_metrics: Section | None = None
    pre_training_bias_metrics: Section | None = None

    def sections(self) -> Iterator[tuple[SectionName, Section]]:
        """Those that are there."""
        for name in SECTIONS:
            section: Section | None = getattr(self, name)
            if section is not None:
                yield name, section

    def entry(self, section: SectionName, facet: str, group: str) -> Entry | None:
        """The entry of a group; an interval's upper end does not count, because it differs from window to window."""
        found: Section | None = getattr(self, section)
        entries = found.facets.get(facet, ()) if found else ()
        same = [each for each in entries if each.value_or_threshold == group]
        return next(iter(same or [each for each in entries if same_group(each.value_or_threshold, group)]), None)

    def merged(self, other: "Analysis") -> "Analysis":
        """With the other's sections where this one has none: a model package has one file for each stage."""
        return self.model_copy(update={name: section for name, section in other.sections() if not getattr(self, name)})

    def to_json(self) -> str:
        body: dict[str, Any] = {"version": self.version}
        for name, section in self.sections():
            facets = {facet: [_entry(each) for each in entries] for facet, entries in section.facets.items()}
            body[name] = {
                "label": section.label,
                "facets": facets,
                "label_value_or_threshold": section.label_value_or_threshold,
            }
        return json.dumps(body, indent=_INDENT)


def value_text(value: float) -> str:
    """As in SageMaker's sentences: `0.28176563733194276`, `Infinity`."""
    return json.dumps(value)


def parse_analysis(body: bytes | str, where: str = "analysis.json") -> Analysis:
    """Reads a file that Clarify or Driftline wrote; explanations in it are left out.

    Raises:
        InvalidInputError: not JSON, no bias metrics in it, or a field has a value that is not allowed.
    """
    expected = f"an analysis.json of SageMaker Clarify or Driftline, with {' or '.join(reversed(SECTIONS))}"
    mend = "Upload the file as the baselining job wrote it, or upload the data set to get a new one."
    try:
        found = Analysis.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        what = f"{'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg']}"
        raise InvalidInputError(what, where=where, expected=expected, mend=mend) from None
    if not any(True for _ in found.sections()):
        raise InvalidInputError("it has no bias metrics", where=where, expected=expected, mend=mend)
    return found


def _entry(entry: Entry) -> dict[str, Any]:
    return {"value_or_threshold": entry.value_or_threshold, "metrics": [_metric(each) for each in entry.metrics]}


def _metric(metric: MetricValue) -> dict[str, Any]:
    value = metric.value
    written = value_text(value) if value is not None and math.isinf(value) else value
    body = {"name": metric.name, "description": metric.description, "value": written}
    return body if metric.error is None else body | {"error": metric.error}
