"""The old name of `driftline.reader`, for notebooks that import it."""

from warnings import warn

from driftline.reader import Execution, Executions, MissingPackageError, Page, Reports, open_reports, read_execution

__all__ = ["Execution", "Executions", "MissingPackageError", "Page", "Reports", "open_reports", "read_execution"]

warn(
    "driftline.reports is now driftline.reader: change the import. The old name goes with version 1.0.",
    DeprecationWarning,
    stacklevel=2,
)
