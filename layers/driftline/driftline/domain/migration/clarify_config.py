"""What an analysis_config.json asks for that only SageMaker has: an endpoint that it starts for each execution."""

from driftline.domain.json_reading import load_json
from driftline.domain.migration.translated import LeftOut


def needs_an_endpoint(body: bytes) -> LeftOut | None:
    """What to do if the file names a model in place of an endpoint; None if it does not, or is not JSON."""
    try:
        config = load_json(body)
    except ValueError:
        return None
    predictor = config.get("predictor") if isinstance(config, dict) else None
    if not isinstance(predictor, dict) or predictor.get("endpoint_name") or not predictor.get("model_name"):
        return None
    return LeftOut(
        "predictor.model_name",
        str(predictor["model_name"]),
        "Clarify starts an endpoint with the model for each execution; Driftline starts none, so the monitor is not "
        "enabled.",
        "In analysis_config.json beside the baseline, name an endpoint (endpoint_name), better not the one in "
        "production, or the model's file (driftline_model); then remove enabled: false.",
    )
