"""The page of a model-quality execution."""
