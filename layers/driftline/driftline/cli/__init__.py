"""`driftline`: the use cases without any cloud, on a folder laid out like the bucket, or on a bucket itself."""

from driftline.cli.commands import app, main

__all__ = ["app", "main"]
