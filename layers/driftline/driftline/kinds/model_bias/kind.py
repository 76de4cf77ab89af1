"""Bias, as other modules know it."""

from driftline.kinds.kind import Kind
from driftline.kinds.model_bias.settings import ModelBiasMonitor

MODEL_BIAS = Kind(
    name="model_bias",
    title="Bias",
    settings=ModelBiasMonitor,
    baseline_files=("analysis.json",),
    derived_files=("groups.json",),
    companions=("analysis_config.json",),
    verdict_files=("analysis.json", "constraint_violations.json"),
    drift_check_baselines={
        "pre_training/analysis.json": ("Bias", "PreTrainingConstraints"),
        "post_training/analysis.json": ("Bias", "PostTrainingConstraints"),
    },
    engine_module="driftline.kinds.model_bias.engine",
    monitoring_type="ModelBias",
    parity_module="driftline.kinds.model_bias.parity",
    reporter_module="driftline.kinds.model_bias.reporter",
    analyst_module="driftline.kinds.model_bias.analyst",
    baseline_needs_document=True,
)
