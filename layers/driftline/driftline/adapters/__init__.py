"""Implementations of the ports: S3, a folder, EventBridge, SNS, CloudWatch."""
