"""`driftline`: the use cases without a cloud, on a bucket or on a folder with the same structure."""

from driftline.cli.commands import app, main

__all__ = ["app", "main"]
