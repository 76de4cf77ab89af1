"""The rows of an execution in the tables of results, one file per table."""

from driftline.domain.executions.execution import Execution
from driftline.domain.executions.judgement import Judgement
from driftline.domain.executions.result_tables import RESULT_TABLES, result_rows
from driftline.domain.keys import report_folder
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.tables import ResultFiles

_PARQUET = "application/vnd.apache.parquet"


def write_result_files(execution: Execution, judgement: Judgement, store: ObjectStore, tables: ResultFiles) -> None:
    """Replaces the rows of the window by those of its newest verdict.

    Windows that only a person asked for have none: they overlap those of the schedule, whose rows would count twice.
    A table without rows has no file, unless an earlier verdict had some.
    """
    scheduled = execution.scheduled_time
    if scheduled is None or execution.folder != report_folder(execution.endpoint, execution.monitor, scheduled):
        return
    rows = result_rows(judgement.envelope, judgement.figures, execution.ownership, execution.sentence, execution.folder)
    for name, table in RESULT_TABLES.items():
        key = table.key(execution.endpoint, execution.monitor, scheduled)
        if rows[name] or store.etag(key) is not None:
            columns = [(column.name, column.type) for column in table.columns]
            store.put(key, tables.result_file(columns, rows[name]), content_type=_PARQUET)
