"""analysis_config.json of SageMaker Clarify: the bias part, of processing jobs and of monitors.

A processing job's file says what the data set is and which methods to run; a monitor's (`BiasAnalysisConfig`) only what
facets, label and group variable are. Both are read as they are.
"""

from driftline.domain.analysis_config.config_file import ConfigFile
from driftline.kinds.model_bias.rules.config_fields import read_bias

CONFIG = ConfigFile(read_bias)
