"""Module paths of version 3 of SageMaker's SDK: `sagemaker.core.…` is `driftline.sagemaker.core.…` here."""
