"""The verdict of a kind of monitor on a window, from what is stored of it."""

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.judge_unusable import judge_unusable
from driftline.domain.executions.judgement import Judgement
from driftline.domain.executions.unusable import captured_lines
from driftline.domain.keys import document_key
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.kinds.data import Explanations
from driftline.kinds.engine import Context
from driftline.kinds.kind import Kind
from driftline.usecases.capture.why_rejected import why_rejected
from driftline.usecases.executions.window_data import StoredWindow
from driftline.usecases.ports import ObjectStore, Stores
from driftline.usecases.ports.tables import Tables


def judged(
    context: Context, kind: Kind, explanations: Explanations, store: ObjectStore, stores: Stores, tables: Tables
) -> Judgement:
    document, window = context.document, context.window
    monitor = document.monitors.by_name()[context.monitor]
    data = StoredWindow(store, stores, tables, document, kind.name, window, explanations)
    profile = data.profile()
    reasons = why_rejected(store, document.endpoint, window, document.variant) if profile.rejected else {}
    lines = captured_lines(profile.records, profile.rejected, reasons)
    return judge_unusable(kind.engine.evaluate(context, data), lines, monitor, context.schedule, context.alarmed)


def monitor_named(document: MonitorDocument, name: str) -> ScheduledMonitor:
    monitors = document.monitors.by_name()
    if name not in monitors:
        raise InvalidInputError(
            f"the monitor document has no monitor {name}",
            where=document_key(document.endpoint),
            expected=f"one of {', '.join(monitors)}",
        )
    return monitors[name]
