"""Runs SageMaker pipelines on this machine: the definition's steps, with the real scripts and functions."""
