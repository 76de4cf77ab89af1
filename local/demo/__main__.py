"""`python -m local.demo`: see docs/guide/demo.md."""

import argparse
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from driftline.domain.instants import format_instant
from driftline.domain.retraining.audit import Decision
from local import interruption
from local.cloud import EmbeddedCloud
from local.demo import DemoError
from local.demo import days as calendar
from local.demo.desk import SLACK_CHANNEL, Desk
from local.demo.endpoint import ENDPOINT, baseline_csv, groups_baseline_csv, quality_baseline_csv
from local.demo.flights import Flight, data_folder, read_flights, read_weather
from local.demo.model import predict, train
from local.demo.monitor import EDITED_COMPLETENESS, EDITED_DRIFT_THRESHOLD, EDITED_ERROR_MINUTES, PIPELINE, QUALITY
from local.demo.replay import MARK, PredictedDay, Replay
from local.demo.retraining import Client, first_model, retraining
from local.demo.screen import DayVerdict, QualityVerdict, Screen
from local.demo.serve import serve
from local.pipeline.installed import FIRST_IMAGE, pipeline_arn
from local.pipeline.runner import ExecutionRecord
from local.pipeline.serving import EndpointServer
from local.webhook import WebhookReceiver

INTERRUPTED = 130
_NOTE_WIDTH = 107

_IN_SERVICE_BEFORE = timedelta(days=30)
"""Since when the first model answers: none of the replayed windows is the first of a new model."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the demo; returns the exit code."""
    options = parse(arguments)
    console = Console(highlight=False)
    try:
        run(Screen(console), chosen_days(options), options.out.absolute())
    except KeyboardInterrupt:
        console.print("\nStopped. The embedded cloud has ended and left nothing behind.", soft_wrap=True)
        return INTERRUPTED
    except DemoError as error:
        Console(stderr=True, highlight=False).print(f"The demo cannot continue: {error}", soft_wrap=True, markup=False)
        return 1
    if sys.stdout.isatty() if options.serve is None else options.serve:
        serve(options.out)
    return 0


def run(screen: Screen, days: Sequence[date], out: Path) -> None:
    """All steps, from the data to the folder of files."""
    began = time.monotonic()
    screen.title(
        "Driftline: flights from New York in 2013, and three monitors of a model that predicts delays",
        "The first checks whether inputs and predictions still look like the baseline.",
        "The second measures how wrong the predictions were, once the actual delays are known.",
        "The third asks whether a warning is as good for one airport and one carrier as for the others.",
    )
    folder = data_folder()
    flights = read_flights(folder, read_weather(folder), {*calendar.between(*calendar.BASELINE), *days})
    baseline = [flight for day in calendar.between(*calendar.BASELINE) for flight in flights[day]]
    replayed = sum(len(flights[day]) for day in days)
    screen.step("data", f"{len(baseline):,} flights of January and February to learn from, {replayed:,} to replay")
    model = train(baseline)
    screen.step("model", "gradient-boosted trees that predict how many minutes a flight is late")
    began_at = calendar.evaluated_at(min(days)) - _IN_SERVICE_BEFORE
    parameters = {"RetrainingPipelineArn": pipeline_arn(PIPELINE)}
    with (
        WebhookReceiver() as slack,
        EmbeddedCloud(note=screen.note, pipelines=True, clock=began_at, parameters=parameters) as cloud,
        EndpointServer(cloud.client, {FIRST_IMAGE: first_model(model)}) as server,
    ):
        screen.step("cloud", f"template.yaml deployed to this machine, IAM roles enforced; bucket {cloud.bucket}")
        desk = Desk(cloud, slack)
        desk.open()
        retraining(baseline).install(cloud)
        screen.step("people", f"a Slack channel {SLACK_CHANNEL} and a mailbox")
        screen.step("endpoint", f"the model answers in SageMaker; the pipeline {PIPELINE} could train another one")
        client, replay = Client(server.url), Replay(cloud)
        predicted = client.predict(baseline)
        *schedules, last = (name.removeprefix(f"{ENDPOINT}-") for name in replay.configure())
        screen.step("monitor", f"monitors/{ENDPOINT}.yaml created the schedules {', '.join(schedules)} and {last}")
        error = replay.suggest_baselines(
            *(make(baseline, predicted) for make in (baseline_csv, quality_baseline_csv, groups_baseline_csv))
        )
        screen.step(
            "baseline", "three uploads created the files of the baselines: inputs, predictions, groups of flights"
        )
        edits = ", ".join(f"{name} may be missing in {1 - share:.0%}" for name, share in EDITED_COMPLETENESS.items())
        screen.note(f"edited, as a person would: {edits} of rows;")
        minutes = f"{EDITED_ERROR_MINUTES:.0f} minutes"
        screen.note(f"drift threshold {EDITED_DRIFT_THRESHOLD}; limit for the mean error of a day {minutes}")
        number = _counted(len(days), "day")
        screen.step("replay", f"{number}: inferences by day, actual delays at night, verdicts at 09:00")
        screen.note("inputs: ALARM with the number of violations, and the feature that moved most")
        screen.note(f"predictions: mean error in minutes with its 95 % interval; baseline {error:.1f}")
        screen.note("labels: share of flights with a known delay; cancelled flights never get a label")
        traffic = Traffic(flights, client)
        verdicts = _replay(screen, replay, traffic, days)
        screen.step("revise", "the other carriers report two days later, so each day is evaluated again")
        newest = {day: replay.quality(day) for day in days}
        screen.revisions(verdicts, newest)
        screen.step("groups", 'is the warning "late" as good for LaGuardia and ExpressJet as for the others?')
        screen.groups({day: replay.groups(day) for day in days})
        screen.step("metrics", _metrics(replay.published()))
        _show_people(screen, desk)
        _show_retraining(screen, cloud.executions, traffic, {day: predict(model, flights[day]) for day in days})
        replay.save(out)
    screen.finish(verdicts, newest, _short(out), _next_steps(out, verdicts, newest), time.monotonic() - began)


@dataclass
class Traffic:
    """Asks the endpoint for the predictions of a day when it sends the day's captures: whichever model answers then.

    Attributes:
        asked: The days so far, with their predictions.
    """

    flights: Mapping[date, Sequence[Flight]]
    client: Client
    asked: dict[date, PredictedDay] = field(default_factory=dict)

    def of(self, day: date) -> PredictedDay:
        if day not in self.asked:
            self.asked[day] = PredictedDay(day, self.flights[day], self.client.predict(self.flights[day]))
        return self.asked[day]


def _replay(screen: Screen, replay: Replay, traffic: Traffic, days: Sequence[date]) -> list[DayVerdict]:
    verdicts = []
    with screen.days(len(days)) as table:
        replay.send(traffic.of(days[0]))
        for before, day, after in zip((None, *days), days, (*days[1:], None), strict=False):
            table.doing(f"{day:%d %B}")
            replay.fire(day)
            # While a day is evaluated, the files of the next one and late labels of the previous one are on their way.
            # Until there is a new model, the next day's predictions wait: its alarm may bring one.
            if before:
                replay.send_late_labels(traffic.of(before))
            if after and replay.retrained:
                replay.send(traffic.of(after))
            verdicts.append(replay.verdict(day))
            table.add(verdicts[-1])
            was_retrained = replay.retrained
            replay.let_people_know()
            if replay.retrained and not was_retrained:
                replay.edit_constraints()
            if after and not was_retrained:
                replay.send(traffic.of(after))
            replay.let_time_pass(day, after)
        replay.send_late_labels(traffic.of(days[-1]))
        replay.let_people_know()
        replay.let_time_pass(days[-1], None)
    return verdicts


def _show_retraining(
    screen: Screen,
    executions: Sequence[ExecutionRecord],
    traffic: Traffic,
    first: Mapping[date, NDArray[np.float64]],
) -> None:
    """What the pipeline did, and how wrong the models are on the same flights since then."""
    for execution in executions:
        steps = ", ".join(step.name for step in execution.steps)
        screen.step("pipeline", f"{execution.status} after {len(execution.steps)} steps")
        for line in textwrap.wrap(steps, _NOTE_WIDTH):
            screen.note(line)
        if execution.failure:
            screen.note(_cut(execution.failure))
            continue
        assert execution.ended is not None  # it has succeeded
        since = [day for day in traffic.asked if calendar.evaluated_at(day) > execution.ended]
        errors = [_error(traffic.asked[day], first[day]) for day in since]
        if errors:
            now, before = (sum(values) / len(values) for values in zip(*errors, strict=True))
            screen.note(
                f"the new model answers since {execution.ended:%Y-%m-%d %H:%M}, with baselines of its own: wrong by"
            )
            screen.note(f"{now:.1f} minutes on the {_counted(len(since), 'day')} since, the first one by {before:.1f}")


def _error(day: PredictedDay, first: NDArray[np.float64]) -> tuple[float, float]:
    """Mean absolute errors of what the endpoint answered and of the first model, of the flights that arrived."""
    rows = [(number, each.arr_delay) for number, each in enumerate(day.flights) if each.arr_delay is not None]
    places, actual = [number for number, _ in rows], np.array([delay for _, delay in rows])
    now, before = (float(np.abs(values[places] - actual).mean()) for values in (day.predicted, first))
    return now, before


def _show_people(screen: Screen, desk: Desk) -> None:
    """The result of the alarms: the conversations, an example of each kind of message, and the retraining."""
    messages, emails, audits = desk.slack_messages(), desk.emails(), desk.audits()
    sent = f"{_counted(len(messages), 'message')} in {SLACK_CHANNEL}, {_counted(len(emails), 'email')}"
    screen.step("alarms", f"{sent}; replies are in threads")
    for message in messages:
        screen.note(_cut(("  ↳ " if message.answer else "") + message.line))
    if critical := next((message for message in messages if "CRITICAL" in message.line), None):
        screen.quote("The first critical message, as it looks in Slack", critical.text)
    if email := next((email for email in emails if "CRITICAL" in email.subject), None):
        screen.quote(f"By email: {email.subject}", email.text)
    started = sum(audit.decision is Decision.STARTED for audit in audits)
    executions = _counted(desk.runs(), "execution")
    screen.step("retrain", f"requested {_times(len(audits))}, started {_times(started)}: SageMaker has {executions}")
    for audit in audits:
        screen.note(_cut(f"{audit.at:%Y-%m-%d %H:%M} {audit.decision.value}: {audit.reason}"))


def _cut(line: str) -> str:
    """Cuts the line to the width of the screen, as a phone cuts a notification."""
    return line if len(line) <= _NOTE_WIDTH else f"{line[: _NOTE_WIDTH - 1]}…"


def _counted(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _metrics(published: Counter[tuple[str, str]]) -> str:
    namespaces = {namespace for namespace, _ in published}
    values = f"{published.total()} values of {len(published)} metrics"
    return f"{values} were published to CloudWatch, in {len(namespaces)} namespaces"


def _next_steps(
    out: Path, verdicts: Sequence[DayVerdict], newest: Mapping[date, QualityVerdict]
) -> list[tuple[str, str]]:
    worst = max(newest, key=lambda day: newest[day].error or 0.0)
    store = f"--store {_short(out)}"
    scheduled = sorted(calendar.evaluated_at(verdict.day) for verdict in verdicts)
    first, last = format_instant(scheduled[0]), format_instant(scheduled[-1] + timedelta(hours=1))
    constraints = _short(out) / "baselines" / ENDPOINT / QUALITY / "constraints.json"
    driftline = _short(Path(sys.executable).with_name("driftline"))
    at = format_instant(calendar.evaluated_at(worst))
    return [
        (f"{_short(Path(sys.executable))} -m local.demo.serve {_short(out)}", "open all report pages in the browser"),
        (f"{driftline} show {store} --scheduled {at}", "show the inputs of the worst day"),
        (f"{driftline} show {store} --scheduled {at} --monitor {QUALITY}", "show its predictions"),
        (
            f"{driftline} ingest {store} && {driftline} merge {store}",
            "profile the capture files and join the labels without a cloud; required once, before a replay",
        ),
        (
            f"{driftline} replay {store} --from {first} --to {last} --monitor {QUALITY}",
            f"evaluate all days again, for example after you edit {constraints}",
        ),
        (f"{_short(Path(sys.executable))} -m local.demo.lesson", "see why temperature and pressure are not monitored"),
    ]


def _short(path: Path) -> Path:
    """The path relative to the working folder, if it is below it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def chosen_days(options: argparse.Namespace) -> Sequence[date]:
    """The days selected by the options."""
    if options.first or options.last:
        first = options.first or calendar.FIRST
        days = calendar.between(first, options.last or min(first + timedelta(days=30), calendar.LAST))
    else:
        days = calendar.DEFAULT
    return days[: options.days]


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Reads the options; exits with 2 and a message if they are invalid."""
    parser = argparse.ArgumentParser(
        prog="python -m local.demo",
        description="Flights, a model and a monitor on an embedded cloud; see docs/guide/demo.md.",
    )
    parser.add_argument(
        "--from", dest="first", type=_day, metavar="DAY", help="first day to replay, 2013-03-01 or later"
    )
    parser.add_argument(
        "--to",
        dest="last",
        type=_day,
        metavar="DAY",
        help="last day to replay, up to 2013-12-30 (default: a month later)",
    )
    parser.add_argument("--days", type=_positive, metavar="N", help="only the first N days")
    parser.add_argument("--out", type=Path, default=Path("demo-output"), help="folder for the files (%(default)s)")
    parser.add_argument(
        "--serve",
        action=argparse.BooleanOptionalAction,
        help="serve the report pages on this machine until Ctrl-C (default: in a terminal)",
    )
    options = parser.parse_args(arguments)
    if options.first and options.last and options.first > options.last:
        parser.error(f"--from {options.first} is after --to {options.last}")
    if options.out.exists() and not (options.out / MARK).is_file():
        parser.error(f"{options.out} exists and was not written by the demo: choose another folder with --out")
    return options


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date; expected, for example, 2013-03-08") from None
    if not calendar.FIRST <= day <= calendar.LAST:
        raise argparse.ArgumentTypeError(f"{text} is not between {calendar.FIRST} and {calendar.LAST}")
    return day


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days")
    return int(text)


if __name__ == "__main__":
    interruption.listen()
    sys.exit(main())
