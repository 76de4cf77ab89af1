"""Data quality, as other modules know it."""

from driftline.kinds.data_quality.old_summary import upgraded
from driftline.kinds.data_quality.settings import DataQualityMonitor
from driftline.kinds.kind import Kind

DATA_QUALITY = Kind(
    name="data_quality",
    title="Data quality",
    settings=DataQualityMonitor,
    baseline_files=("statistics.json", "constraints.json"),
    verdict_files=("statistics.json", "constraints.json", "constraint_violations.json"),
    drift_check_baselines={
        "statistics.json": ("ModelDataQuality", "Statistics"),
        "constraints.json": ("ModelDataQuality", "Constraints"),
    },
    engine_module="driftline.kinds.data_quality.engine",
    monitoring_type="DataQuality",
    parity_module="driftline.kinds.data_quality.parity",
    reporter_module="driftline.kinds.data_quality.reporter",
    old_summary=upgraded,
    profiled_baseline=True,
    compares_data_sets=True,
)
