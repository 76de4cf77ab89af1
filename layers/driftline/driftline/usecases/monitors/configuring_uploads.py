"""An uploaded object that monitors are set up from: a document, or a script that documents name."""

from collections.abc import Iterator, Sequence

from driftline.domain.keys import MONITORS, SCRIPTS, document_key, endpoint_of_document
from driftline.kinds.kind import Kinds
from driftline.usecases.each_alone import each_alone, raise_for
from driftline.usecases.monitors.configure_monitor import Configured, configure_monitor
from driftline.usecases.monitors.monitor_documents import find_document
from driftline.usecases.monitors.monitor_resources import MonitorResources
from driftline.usecases.ports import ObjectStore, Operators


def configure_upload(
    key: str, *, store: ObjectStore, resources: MonitorResources, operators: Operators, kinds: Kinds
) -> Sequence[Configured]:
    """Configures the endpoint of a document, or every endpoint whose document names the script.

    Args:
        key: `monitors/<endpoint>.yaml` or `scripts/<name>.py`; it may be gone.

    Raises:
        DriftlineError: a document kept changing; a retry helps. All others are configured.
    """
    keys = _documents_with(key.removeprefix(SCRIPTS), store, kinds) if key.startswith(SCRIPTS) else [key]
    each = each_alone(
        keys, lambda key: configure_monitor(key, store=store, resources=resources, operators=operators, kinds=kinds)
    )
    if len(each.failed) == 1 and not each.done:
        raise next(iter(each.failed.values()))
    raise_for(each.failed, f"{len(each.failed)} of {len(each.done) + len(each.failed)} documents are not configured")
    return list(each.done.values())


def _documents_with(script: str, store: ObjectStore, kinds: Kinds) -> Iterator[str]:
    endpoints = {endpoint_of_document(summary.key) for summary in list(store.list(MONITORS))}
    for endpoint in sorted(filter(None, endpoints)):
        document = find_document(store, endpoint, kinds=kinds)
        monitors = document.monitors.by_name().values() if document else ()
        if any(script in monitor.scripts.values() for monitor in monitors):
            yield document_key(endpoint)
