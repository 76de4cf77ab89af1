"""analysis_config.json of SageMaker Clarify: what every analysis reads of it, and how its problems are collected."""
