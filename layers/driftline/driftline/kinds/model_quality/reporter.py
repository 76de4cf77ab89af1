"""Model quality for people: see `kinds.reporter`."""

from driftline.kinds.model_quality.page.baseline import baseline_metrics
from driftline.kinds.model_quality.page.past import PAST_FILES, past_model_quality
from driftline.kinds.model_quality.page.read import STATISTICS, VIOLATIONS, is_model_quality, read_model_quality
from driftline.kinds.model_quality.page.report import model_quality_report


class ModelQualityReporter:
    own_files = (STATISTICS, VIOLATIONS)
    past_files = PAST_FILES
    previous_files = ()
    recognises = staticmethod(is_model_quality)
    read = staticmethod(read_model_quality)
    past = staticmethod(past_model_quality)
    baseline = staticmethod(baseline_metrics)
    report = staticmethod(model_quality_report)


REPORTER = ModelQualityReporter()
