"""Data quality for people: see `kinds.reporter`."""

from driftline.kinds.data_quality.page.baseline import baseline_features
from driftline.kinds.data_quality.page.past import PAST_FILES, past_data_quality
from driftline.kinds.data_quality.page.read import STATISTICS, VIOLATIONS, is_data_quality, read_data_quality
from driftline.kinds.data_quality.page.report import data_quality_report


class DataQualityReporter:
    own_files = (STATISTICS, VIOLATIONS)
    past_files = PAST_FILES
    previous_files = (STATISTICS,)
    recognises = staticmethod(is_data_quality)
    read = staticmethod(read_data_quality)
    past = staticmethod(past_data_quality)
    baseline = staticmethod(baseline_features)
    report = staticmethod(data_quality_report)


REPORTER = DataQualityReporter()
