"""A SageMaker pipeline for Driftline to start: from merged records to a model with baselines (docs/guide/retraining.md)."""
