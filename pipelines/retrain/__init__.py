"""A SageMaker pipeline for Driftline to start, from merged records to a model (docs/guide/retraining.md)."""
