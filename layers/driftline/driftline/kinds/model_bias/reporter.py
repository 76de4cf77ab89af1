"""Bias for people: see `kinds.reporter`."""

from driftline.domain.executions.clarify_files import ANALYSIS
from driftline.kinds.model_bias.page.baseline import baseline_metrics
from driftline.kinds.model_bias.page.past import PAST_FILES, past_bias
from driftline.kinds.model_bias.page.read import VIOLATIONS, is_bias, read_bias
from driftline.kinds.model_bias.page.report import bias_report


class BiasReporter:
    own_files = (ANALYSIS, VIOLATIONS)
    past_files = PAST_FILES
    previous_files = ()
    recognises = staticmethod(is_bias)
    read = staticmethod(read_bias)
    past = staticmethod(past_bias)
    baseline = staticmethod(baseline_metrics)
    report = staticmethod(bias_report)


REPORTER = BiasReporter()
