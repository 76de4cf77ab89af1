"""Reads a window and keeps what longer windows are made of: roll-ups, merged hours, what kinds keep of an hour."""

from contextlib import suppress
from functools import partial

from driftline.domain.errors import InvalidInputError, ObjectNotFoundError, PendingError
from driftline.domain.monitors.defaults import SHIPPED, StackDefaults
from driftline.domain.monitors.naming import metric_schedule
from driftline.domain.windows import Window
from driftline.kinds.engine import Context
from driftline.kinds.kind import Kinds
from driftline.usecases.capture.profile_again import profile_again
from driftline.usecases.capture.window_profile import load_window
from driftline.usecases.executions.judging import judged, monitor_named
from driftline.usecases.executions.signals import alarmed_names
from driftline.usecases.explanations.explaining import Explaining
from driftline.usecases.models.model_log import load_model_log
from driftline.usecases.models.model_marks import new_model
from driftline.usecases.monitors.monitor_documents import load_document
from driftline.usecases.ports import ObjectStore, Stores
from driftline.usecases.ports.scripts import Scripts
from driftline.usecases.ports.tables import Tables
from driftline.usecases.unreadable_state import with_state_made_again


def read_window(
    endpoint: str,
    monitor: str,
    window: Window,
    *,
    store: ObjectStore,
    stores: Stores,
    scripts: Scripts,
    tables: Tables,
    kinds: Kinds,
    explaining: Explaining,
    defaults: StackDefaults = SHIPPED,
) -> int:
    """Reads a window as its evaluation does, and keeps of its hours and days what a longer window is made of.

    Nothing is written or published of what is found. See run_monitor for the arguments.

    Returns:
        Number of rows in the window.

    Raises:
        ObjectNotFoundError: no monitor document.
        InvalidInputError: it has no such monitor, or what was captured cannot be read.
    """
    profile = partial(profile_again, store=store, stores=stores, scripts=scripts, tables=tables, kinds=kinds)
    document = load_document(store, endpoint, kinds=kinds)
    settings, kind = monitor_named(document, monitor), kinds.named(monitor)
    read = partial(load_window, store, endpoint, window, document.variant)
    rows = with_state_made_again(read, store, profile).profile.rows
    if settings.label_delay is None:
        return rows
    # What these kinds keep of an hour follows from its rows, which only their evaluation reads.
    context = Context(
        document=document,
        monitor=monitor,
        schedule=metric_schedule(document, monitor),
        window=window,
        scheduled_time=window.end,
        alarmed=alarmed_names(settings),
        model=new_model(load_model_log(store, endpoint), settings, window, window.end),
        defaults=defaults,
    )
    judge = partial(judged, context, kind, explaining.of(endpoint, store), store, stores, tables)
    with suppress(PendingError, InvalidInputError, ObjectNotFoundError):  # the long window's execution says so
        with_state_made_again(judge, store, profile)
    return rows
