"""Attribution drift, as other modules know it."""

from driftline.kinds.kind import Kind
from driftline.kinds.model_explainability.settings import ModelExplainabilityMonitor

MODEL_EXPLAINABILITY = Kind(
    name="model_explainability",
    title="Attribution drift",
    settings=ModelExplainabilityMonitor,
    baseline_files=("analysis.json",),
    derived_files=("attributions.bin", "explanations_shap/out.csv", "explanations_shap/baseline.csv"),
    companions=("analysis_config.json",),
    verdict_files=("analysis.json", "constraint_violations.json"),
    drift_check_baselines={"analysis.json": ("Explainability", "Constraints")},
    engine_module="driftline.kinds.model_explainability.engine",
    monitoring_type="ModelExplainability",
    parity_module="driftline.kinds.model_explainability.parity",
    reporter_module="driftline.kinds.model_explainability.reporter",
    analyst_module="driftline.kinds.model_explainability.analyst",
    baseline_needs_document=True,
)
