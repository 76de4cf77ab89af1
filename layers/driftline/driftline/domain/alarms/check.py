"""Checks that span several fields: whether the alarms of a document are valid, and fit CloudWatch."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from driftline.domain.alarms.names import WATCH
from driftline.domain.alarms.periods import DAY, HOUR, LONGEST, alarm_period, most_periods, schedule_period
from driftline.domain.alarms.wanted import AlarmSpec
from driftline.domain.monitors.alarms import Alarm
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.monitors.problem import DocumentProblem, Path
from driftline.domain.spelling import did_you_mean


def problems_of(document: MonitorDocument) -> Iterator[DocumentProblem]:
    """In the order of the document."""
    for name, monitor in document.monitors.by_name().items():
        first: dict[str, int] = {}
        for index, alarm in enumerate(monitor.alarms):
            path: Path = ("monitors", name, "alarms", index)
            yield from _unknown_metric(path, monitor, alarm)
            if alarm.label in first:
                yield _twice(path, alarm, first[alarm.label])
            first.setdefault(alarm.label, index)
            yield from _too_long(path, monitor, alarm)
            if "retrain" in alarm.actions and document.retraining is None:
                yield DocumentProblem(
                    (*path, "actions"),
                    "retrain in a document without a retraining section",
                    "notify, or a retraining section with a target",
                )
    failures = document.watch.failed_executions
    for name, monitor in document.monitors.by_name().items():
        if failures > 1 and monitor.enabled:
            yield from _does_not_fit(("watch", "failed_executions"), monitor, failures, f" of {name}")


def path_of(document: MonitorDocument, alarm: AlarmSpec) -> Path:
    """Where the document declares an alarm of CloudWatch, or would if the alarm is a default."""
    if alarm.subject == WATCH:
        return WATCH, "failed_executions"
    labels = [each.label for each in document.monitors.by_name()[alarm.subject].alarms]
    return "monitors", alarm.subject, "alarms", labels.index(alarm.label)


def _unknown_metric(path: Path, monitor: ScheduledMonitor, alarm: Alarm) -> Iterator[DocumentProblem]:
    if monitor.has_figure(alarm.metric):
        return
    allowed = ", ".join((*monitor.all_figures, *monitor.figure_families))
    found = f"the unknown metric {_shortened(alarm.metric)}"
    hint = monitor.figure_hint(alarm.metric) or did_you_mean(alarm.metric.lower(), monitor.all_figures)
    yield DocumentProblem((*path, "metric"), found, allowed, hint)


def _twice(path: Path, alarm: Alarm, first: int) -> DocumentProblem:
    field = "name" if alarm.name else "metric"
    label = _shortened(alarm.label)
    return DocumentProblem(
        (*path, field),
        f"a second alarm called {label}",
        "unique names",
        f"alarms[{first}] has this name. Set name to another one.",
    )


def _too_long(path: Path, monitor: ScheduledMonitor, alarm: Alarm) -> Iterator[DocumentProblem]:
    every = schedule_period(monitor.schedule)
    if alarm.missing != "ignore" and every and every > LONGEST:
        yield DocumentProblem(
            (*path, "missing"),
            f"{alarm.missing} with executions that are {_in_words(every)} apart",
            "ignore: CloudWatch looks back seven days, where most of the time there would be no data",
        )
    elif alarm.for_.window > 1:
        yield from _does_not_fit((*path, "for"), monitor, alarm.for_.window, "", alarm.missing)


def _does_not_fit(
    path: Path, monitor: ScheduledMonitor, of: int, whose: str, missing: str = "ignore"
) -> Iterator[DocumentProblem]:
    period = alarm_period(monitor.schedule, of, missing)
    most = 1 if (schedule_period(monitor.schedule) or DAY) > LONGEST else most_periods(period)
    if of > most:
        time = "seven days" if period >= HOUR else "a day"
        yield DocumentProblem(
            path,
            f"{of} executions{whose}, which are {_in_words(schedule_period(monitor.schedule) or DAY)} apart",
            f"at most {most}: CloudWatch looks back {time}",
        )


def _in_words(period: timedelta) -> str:
    units: Mapping[str, timedelta] = {"days": DAY, "hours": HOUR, "minutes": timedelta(minutes=1)}
    unit = next(name for name, size in units.items() if period % size == timedelta(0))
    count = period // units[unit]
    return f"{count} {unit if count > 1 else unit.removesuffix('s')}"


def _shortened(text: str) -> str:
    shown = repr(text)
    return shown if len(shown) <= 80 else f"{shown[:77]}…"  # noqa: PLR2004, characters of a line
