"""Attribution drift for people: see `kinds.reporter`."""

from driftline.domain.executions.clarify_files import ANALYSIS
from driftline.kinds.model_explainability.page.baseline import baseline_attributions
from driftline.kinds.model_explainability.page.past import PAST_FILES, past_explainability
from driftline.kinds.model_explainability.page.read import (
    VIOLATIONS,
    is_explainability,
    read_explainability,
)
from driftline.kinds.model_explainability.page.report import explainability_report


class ExplainabilityReporter:
    own_files = (ANALYSIS, VIOLATIONS)
    past_files = PAST_FILES
    previous_files = ()
    recognises = staticmethod(is_explainability)
    read = staticmethod(read_explainability)
    past = staticmethod(past_explainability)
    baseline = staticmethod(baseline_attributions)
    report = staticmethod(explainability_report)


REPORTER = ExplainabilityReporter()
"""The page of an execution of attribution drift."""
