"""`driftline merge` of hours with few rows and many columns: what an hour costs is more than what its rows cost."""

import time
from collections.abc import Iterator
from datetime import timedelta

from bench import thin
from bench.data import temporary_folder
from bench.ingested import profile_file
from bench.results import Limit, Options, Row
from driftline.adapters.folder.store import FolderStore, FolderStores
from driftline.adapters.tables.duck import DuckTables
from driftline.domain.ground_truth.keys import GROUND_TRUTH
from driftline.usecases.arrivals.take_arrivals import merge_file
from driftline.usecases.capture.capture_files import CaptureFiles
from driftline.usecases.ground_truth.merged_hours import rebuild_hour

LIMIT = Limit(25, 10, "ms CPU")
HOURS = 48
ROWS = 14


def run(_options: Options) -> Iterator[Row]:
    with temporary_folder() as folder:
        store, tables = FolderStore(folder / "store", "bench"), DuckTables()
        for key in thin.put_captures(store, HOURS, ROWS, timedelta(hours=1) / ROWS, labels=True):
            profile_file(store, key, tables)
        files = [summary.key for summary in store.list(f"{GROUND_TRUTH}{thin.ENDPOINT}/")]
        started = time.process_time()
        hours = {
            at
            for key in files
            for at in merge_file(key, store=store, tables=tables, max_label_delay=timedelta(days=30)).hours
        }
        labels = time.process_time() - started
        captures = CaptureFiles(store, store, FolderStores(store.uri("")))
        for at in sorted(hours):
            rebuild_hour(thin.ENDPOINT, at, store=store, captures=captures, tables=tables)
        spent = time.process_time() - started
    each = [1000 * seconds / len(hours) for seconds in (spent, labels, spent - labels)]
    yield Row(
        f"an hour of {ROWS} rows x {thin.COLUMNS} columns with their labels",
        LIMIT,
        each[0],
        f"{each[1]:.1f} ms for the labels, {each[2]:.1f} ms for the merged records; mean of {len(hours)} hours",
    )
