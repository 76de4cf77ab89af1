"""analysis_config.json of SageMaker Clarify: the explanations, of processing jobs and of monitors.

A processing job's file says what the data set is and which methods to run; a monitor's (`ExplainabilityAnalysisConfig`)
has `methods.shap`, `predictor` and the headers without the label. Both are read as they are.
"""

from driftline.domain.analysis_config.config_file import ConfigFile
from driftline.kinds.model_explainability.rules.config_fields import read_explanations

CONFIG = ConfigFile(read_explanations)
