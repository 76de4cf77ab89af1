"""Reads executions, for notebooks: as dataclasses, plain dictionaries and pandas, with the charts of their pages.

>>> from driftline.reader import open_reports
>>> reports = open_reports("s3://my-bucket")
>>> execution = reports.execution("flight-delay", "data_quality", at="2013-03-09T09:00Z")
>>> execution.features()

Works with what Driftline wrote and with what SageMaker Model Monitor wrote. docs/guide/notebooks.md is a tour.
"""

from driftline.reader.execution import Execution
from driftline.reader.executions import Executions
from driftline.reader.frames import MissingPackageError
from driftline.reader.opened import Reports, open_reports, read_execution
from driftline.reader.page import Page

__all__ = ["Execution", "Executions", "MissingPackageError", "Page", "Reports", "open_reports", "read_execution"]
