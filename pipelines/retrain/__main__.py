"""`python -m pipelines.retrain` prints the definition for `aws sagemaker create-pipeline`."""

import sys

from pipelines.retrain.definition import to_json

sys.stdout.write(to_json() + "\n")
