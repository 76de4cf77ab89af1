"""A capture file in a folder, profiled as `driftline ingest` does."""

from driftline.adapters.folder.store import FolderStore, FolderStores
from driftline.adapters.scripts.processes import ScriptProcesses
from driftline.adapters.tables.duck import DuckTables
from driftline.kinds.registry import KINDS
from driftline.usecases.capture.profile_capture import profile_capture


def profile_file(store: FolderStore, key: str, tables: DuckTables) -> None:
    """Writes its records and profiles next to it."""
    profile_capture(
        key,
        capture=store,
        state=store,
        stores=FolderStores(store.uri("")),
        scripts=ScriptProcesses(),
        tables=tables,
        on_lost=lambda _: None,
        kinds=KINDS,
    )
