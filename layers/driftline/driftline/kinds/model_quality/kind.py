"""Model quality, as other modules know it."""

from driftline.kinds.kind import Kind
from driftline.kinds.model_quality.old_summary import upgraded
from driftline.kinds.model_quality.settings import ModelQualityMonitor

MODEL_QUALITY = Kind(
    name="model_quality",
    title="Model quality",
    settings=ModelQualityMonitor,
    baseline_files=("statistics.json", "constraints.json"),
    derived_files=("predictions.json", "estimates.json"),
    verdict_files=("statistics.json", "constraints.json", "constraint_violations.json"),
    drift_check_baselines={
        "statistics.json": ("ModelQuality", "Statistics"),
        "constraints.json": ("ModelQuality", "Constraints"),
    },
    engine_module="driftline.kinds.model_quality.engine",
    monitoring_type="ModelQuality",
    parity_module="driftline.kinds.model_quality.parity",
    reporter_module="driftline.kinds.model_quality.reporter",
    old_summary=upgraded,
    baseline_needs_document=True,
    compares_data_sets=True,
)
