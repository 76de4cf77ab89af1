"""configure_monitor: from document to schedules, status file and operator message."""

import json
from typing import Any

import pytest

from driftline.domain.alarms.stack import Stack
from driftline.domain.alarms.wanted import AlarmSpec
from driftline.domain.documents.parse import InvalidDocumentError
from driftline.domain.errors import DriftlineError, InvalidInputError
from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.monitors.defaults import StackDefaults
from driftline.domain.monitors.naming import LONGEST_SCHEDULE_NAME, schedule_name
from driftline.kinds.registry import KINDS
from driftline.usecases.monitors.configure_monitor import Configured, configure_monitor
from driftline.usecases.monitors.configuring_uploads import configure_upload
from driftline.usecases.monitors.monitor_documents import load_document
from driftline.usecases.monitors.monitor_resources import MonitorResources
from driftline.usecases.ports import ObjectStore, Schedule, StoredObject
from tests.fakes import (
    FailingStore,
    InjectedError,
    InMemoryStore,
    KnownBuckets,
    RecordingAlarms,
    RecordingDashboards,
    RecordingOperators,
    RecordingSchedules,
)

KEY = "monitors/flights.yaml"
STATUS = "monitors/flights.status.json"
SCHEDULE = "flights-data_quality"
QUALITY = "flights-model_quality"
GOOD = b"endpoint: flights\nmonitors:\n  data_quality:\n    schedule: cron(0 6 ? * * *)\n"
BETTER = GOOD.replace(b"0 6", b"0 7")
BOTH = (
    GOOD
    + b"""  model_quality:
    schedule: cron(0 8 ? * * *)
    problem_type: Regression
    inference_attribute: 0
"""
)
STACK = Stack("driftline", "aws", "eu-west-1", "123456789012", "Driftline/driftline")
VIOLATIONS = "driftline/flights/data_quality/violations"
WATCHED = ("driftline/flights/watch/data_quality executions failed",)
BAD = b"endpoint: flights\nmonitors:\n  data_quality:\n    schedule: cron(0 25 ? * * *)\n    metrics: alle\n"


class World:
    """A stack with nothing in it."""

    def __init__(self, *schedules: Schedule) -> None:
        self.store = InMemoryStore()
        self.schedules = RecordingSchedules(schedules)
        self.alarms = RecordingAlarms()
        self.dashboards = RecordingDashboards()
        self.operators = RecordingOperators()
        self.captures = KnownBuckets("my-captures")
        self.defaults = StackDefaults(dashboard=True)

    def upload(self, body: bytes, key: str = KEY) -> Configured:
        self.store.objects[key] = body
        return self.event(key)

    def event(self, key: str = KEY, store: ObjectStore | None = None) -> Configured:
        resources = self.made()
        return configure_monitor(
            key, store=store or self.store, resources=resources, operators=self.operators, kinds=KINDS
        )

    def upload_script(self, body: bytes, name: str) -> list[Configured]:
        self.store.objects[f"scripts/{name}"] = body
        resources = self.made()
        return list(
            configure_upload(
                f"scripts/{name}", store=self.store, resources=resources, operators=self.operators, kinds=KINDS
            )
        )

    def made(self) -> MonitorResources:
        return MonitorResources(
            self.schedules, self.alarms, self.dashboards, self.captures, STACK, KINDS, self.defaults
        )

    def status(self) -> Any:
        return json.loads(self.store.objects[STATUS])

    def resources(self) -> tuple[dict[str, Schedule], dict[str, dict[str, AlarmSpec]], dict[str, str]]:
        alarms = {endpoint: dict(each) for endpoint, each in self.alarms.alarms.items()}
        return dict(self.schedules.schedules), alarms, dict(self.dashboards.bodies)

    def state(self) -> tuple[object, ...]:
        return dict(self.store.objects), *self.resources()


@pytest.fixture
def world() -> World:
    return World()


class TestAGoodDocument:
    def test_may_name_a_capture_bucket_that_the_stack_may_read(self, world: World) -> None:
        assert world.upload(GOOD + b"capture: {bucket: my-captures, prefix: x/}\n").status == "ok"

    def test_makes_one_schedule_per_monitor(self, world: World) -> None:
        configured = world.upload(GOOD)
        assert configured == Configured("flights", "ok", (SCHEDULE,), (VIOLATIONS, *WATCHED))
        schedule = world.schedules.schedules[SCHEDULE]
        assert (schedule.expression, schedule.timezone) == ("cron(0 6 ? * * *)", "UTC")

    @pytest.mark.parametrize(("schedule", "minutes"), [("cron(0 * ? * * *)", 5), ("cron(0 6 ? * * *)", 10)])
    def test_its_schedule_is_spread_as_far_as_the_stack_and_its_period_allow(
        self, world: World, schedule: str, minutes: int
    ) -> None:
        world.defaults = StackDefaults(spread_minutes=10)
        world.upload(f'endpoint: flights\nmonitors: {{data_quality: {{schedule: "{schedule}"}}}}\n'.encode())
        assert world.schedules.schedules[SCHEDULE].spread == minutes
        assert world.status()["spread_minutes"] == 10

    @pytest.mark.parametrize(
        ("stack", "stated", "there"),
        [(False, "", False), (False, "dashboard: true\n", True), (True, "", True), (True, "dashboard: false\n", False)],
    )
    def test_the_stack_says_whether_there_is_a_dashboard_where_the_document_does_not(
        self, world: World, stack: bool, stated: str, there: bool
    ) -> None:
        world.defaults = StackDefaults(dashboard=stack)
        world.upload(GOOD + stated.encode())
        assert ("flights" in world.dashboards.bodies) is there
        assert (world.status()["dashboard"] is not None) is there
        # What the document leaves open is not in the status file: the release before knows no document without it.
        assert world.status()["document"].get("dashboard") == {"": None}.get(stated, there)

    def test_the_payload_is_a_request_for_an_execution_once_the_time_is_put_in(self, world: World) -> None:
        world.upload(GOOD)
        payload = json.dumps(world.schedules.schedules[SCHEDULE].payload)
        filled = payload.replace("<aws.scheduler.scheduled-time>", "2026-03-01T06:00:00Z")
        request = ExecutionRequest.model_validate_json(filled)
        assert (request.endpoint, request.monitor) == ("flights", "data_quality")
        assert request.scheduled_time is not None
        assert request.scheduled_time.isoformat() == "2026-03-01T06:00:00+00:00"
        assert request.trigger == "schedule"

    def test_the_status_says_what_was_created(self, world: World) -> None:
        world.upload(GOOD)
        status = world.status()
        assert (status["status"], status["errors"], status["schedules"]) == ("ok", [], [SCHEDULE])
        monitor = status["monitors"]["data_quality"]
        assert (monitor["schedule_name"], monitor["schedule"]) == (SCHEDULE, "cron(0 6 ? * * *)")
        assert monitor["baseline"] == "missing"
        assert monitor["missing"] == [
            "baselines/flights/data_quality/statistics.json",
            "baselines/flights/data_quality/constraints.json",
        ]
        assert status["document"]["monitors"]["data_quality"]["comparison"] == "driftline"
        assert world.store.content_types[STATUS] == "application/json"
        assert world.operators.told == []

    def test_team_owner_and_tags_are_in_the_status_and_on_the_alarms(self, world: World) -> None:
        world.upload(GOOD + b"team: risk\nowner: ada\ntags: {tier: gold}\n")
        found = world.status()["document"]
        assert (found["team"], found["owner"], found["tags"]) == ("risk", "ada", {"tier": "gold"})
        assert {each.ownership.team for each in world.alarms.alarms["flights"].values()} == {"risk"}
        # And what an earlier release does not know is not stored for documents that do not use it
        world.upload(GOOD)
        assert {"team", "owner", "tags"}.isdisjoint(world.status()["document"])

    def test_the_status_says_what_is_there_already(self, world: World) -> None:
        for name in ("statistics", "constraints"):
            world.store.objects[f"baselines/flights/data_quality/{name}.json"] = b"{}"
        world.store.objects["scripts/pre.py.bak"] = b""
        world.upload(GOOD + b"    preprocess: pre.py\n")
        monitor = world.status()["monitors"]["data_quality"]
        assert (monitor["baseline"], monitor["missing"]) == ("found", ["scripts/pre.py"])
        # And when the script is there
        world.store.objects["scripts/pre.py"] = b""
        world.event()
        assert world.status()["monitors"]["data_quality"]["missing"] == []

    @pytest.mark.parametrize(
        ("window", "words"),
        [
            (b"", "from the schedule's previous occurrence to the scheduled time"),
            (b"    window: {start_offset: -P2D, end_offset: -P1D}\n", "from -P2D to -P1D of the scheduled time"),
        ],
    )
    def test_the_status_says_which_window_is_judged(self, world: World, window: bytes, words: str) -> None:
        world.upload(GOOD + window)
        assert world.status()["monitors"]["data_quality"]["window"] == words

    def test_a_duplicate_event_changes_nothing(self, world: World) -> None:
        world.upload(GOOD)
        before = world.state()
        world.event()
        assert world.state() == before

    def test_a_new_version_changes_the_schedule(self, world: World) -> None:
        world.upload(GOOD)
        world.upload(BETTER)
        assert world.schedules.schedules[SCHEDULE].expression == "cron(0 7 ? * * *)"

    def test_a_monitor_that_is_not_enabled_has_no_schedule(self, world: World) -> None:
        world.upload(GOOD)
        assert world.upload(GOOD + b"    enabled: false\n").schedules == ()
        assert world.schedules.schedules == {}
        assert world.status()["monitors"]["data_quality"]["schedule_name"] is None


class TestScripts:
    WITH_SCRIPT = GOOD + b"    preprocess: pre.py\n    postprocess: post.py\n"
    PANDAS = b"import pandas\ndef preprocess_handler(record): return {}\n"
    PROBLEM = (
        "scripts/pre.py, line 1: it imports pandas, which AWS Lambda does not have here. "
        "Use the standard library, numpy or another module in docs/reference/scripts.md."
    )

    def problems(self, world: World) -> list[str]:
        return list(world.status()["monitors"]["data_quality"]["script_problems"])

    def test_a_document_with_a_script_that_cannot_run(self, world: World) -> None:
        world.store.objects["scripts/pre.py"] = self.PANDAS
        world.upload(self.WITH_SCRIPT)
        assert self.problems(world) == [self.PROBLEM]
        assert world.status()["monitors"]["data_quality"]["missing"][-1] == "scripts/post.py"
        [(subject, message)] = world.operators.told
        assert subject == "Driftline: a script of flights cannot run"
        assert self.PROBLEM in message

    def test_operators_are_told_once(self, world: World) -> None:
        world.store.objects["scripts/pre.py"] = self.PANDAS
        world.upload(self.WITH_SCRIPT)
        world.event()
        world.upload(self.WITH_SCRIPT.replace(b"0 6", b"0 7"))
        assert len(world.operators.told) == 1

    def test_a_script_is_checked_when_it_is_uploaded_after_its_document(self, world: World) -> None:
        world.upload(self.WITH_SCRIPT)
        [configured] = world.upload_script(self.PANDAS, "pre.py")
        assert (configured.endpoint, self.problems(world)) == ("flights", [self.PROBLEM])
        assert len(world.operators.told) == 1
        # And once it is mended
        world.upload_script(b"def preprocess_handler(record): return {}", "pre.py")
        assert self.problems(world) == []
        assert len(world.operators.told) == 1

    def test_a_script_that_no_document_names_configures_nobody(self, world: World) -> None:
        world.upload(self.WITH_SCRIPT)
        before = world.state()
        assert world.upload_script(self.PANDAS, "other.py") == []
        assert {**before[0], "scripts/other.py": self.PANDAS} == world.store.objects  # type: ignore[dict-item]

    def test_each_field_has_its_handler(self, world: World) -> None:
        world.store.objects["scripts/post.py"] = b"def preprocess_handler(record): return {}"
        world.upload(self.WITH_SCRIPT)
        [problem] = self.problems(world)
        assert "scripts/post.py, line 1: it has no function postprocess_handler" in problem


class TestABadDocument:
    def test_lists_every_error_with_line_field_found_and_allowed(self, world: World) -> None:
        configured = world.upload(BAD)
        assert configured.status == "error"
        assert world.status()["status"] == "error"
        assert world.status()["errors"] == [
            {
                "line": 4,
                "column": 15,
                "field": "monitors.data_quality.schedule",
                "found": "invalid hours '25'",
                "allowed": "0–23",
                "mend": "",
            },
            {
                "line": 5,
                "column": 14,
                "field": "monitors.data_quality.metrics",
                "found": "'alle'",
                "allowed": "none, totals, top, all",
                "mend": "Did you mean all?",
            },
        ]

    def test_changes_nothing_that_ran_before(self, world: World) -> None:
        world.upload(GOOD)
        good = world.status()
        runs = dict(world.schedules.schedules)
        world.upload(BAD)
        assert world.schedules.schedules == runs
        assert world.status()["schedules"] == [SCHEDULE]
        assert world.status()["monitors"] == good["monitors"]
        assert (
            load_document(world.store, "flights", kinds=KINDS).model_dump(mode="json", exclude_none=True)
            == good["document"]
        )

    def test_is_told_to_the_operators_once(self, world: World) -> None:
        world.upload(BAD)
        world.event()
        ((subject, message),) = world.operators.told
        assert subject == "Driftline: monitors/flights.yaml has errors"
        assert "line 4, column 15, monitors.data_quality.schedule: invalid hours '25'" in message
        assert "No monitor of this endpoint runs until it is fixed." in message
        assert "monitors/flights.status.json" in message

    def test_another_bad_one_is_told_again(self, world: World) -> None:
        world.upload(GOOD)
        world.upload(BAD)
        world.upload(BAD + b"    comparison: x\n")
        assert len(world.operators.told) == 2
        assert "the last valid document stays in effect" in world.operators.told[-1][1]

    def test_tells_people_what_goes_on_meanwhile(self, world: World) -> None:
        world.upload(BAD)
        world.upload(GOOD)
        world.upload(BAD)
        first, second = (message for _, message in world.operators.told)
        assert "No monitor of this endpoint runs until it is fixed." in first
        assert "Nothing was changed: the last valid document stays in effect." in second
        for message in (first, second):
            assert "Fix memory://bucket/monitors/flights.yaml and upload it again." in message

    def test_is_forgotten_after_the_next_good_one(self, world: World) -> None:
        world.upload(BAD)
        assert world.upload(GOOD).status == "ok"
        assert world.status()["errors"] == []

    def test_a_message_that_is_lost_is_sent_by_the_retry(self, world: World) -> None:
        world.operators = RecordingOperators(fail_on=1)
        with pytest.raises(InjectedError):
            world.upload(BAD)
        world.event()
        assert len(world.operators.told) == 1
        assert world.status()["status"] == "error"

    @pytest.mark.parametrize("body", [b"\xff\xfe", b"", b"a: [", b"!!python/object:os.system {}", b"- 1\n"])
    def test_anything_else_is_an_error_too(self, world: World, body: bytes) -> None:
        assert world.upload(body).status == "error"
        assert world.status()["errors"]

    def test_one_that_never_was_good_is_an_error_for_executions(self, world: World) -> None:
        world.upload(BAD)
        with pytest.raises(InvalidDocumentError):
            load_document(world.store, "flights", kinds=KINDS)

    def test_what_eventbridge_refuses_is_an_error_of_the_schedule(self, world: World) -> None:
        class Refusing(RecordingSchedules):
            def put(self, schedule: Schedule) -> None:
                raise InvalidInputError("EventBridge refuses it", expected="something else", mend="Write it so.")

        world.schedules = Refusing()
        configured = world.upload(GOOD)
        assert [(e.line, e.field, e.found, e.allowed, e.mend) for e in configured.errors] == [
            (4, "monitors.data_quality.schedule", "EventBridge refuses it", "something else", "Write it so.")
        ]
        assert len(world.operators.told) == 1

    def test_an_ending_of_yml_is_an_error(self, world: World) -> None:
        configured = world.upload(GOOD, "monitors/flights.yml")
        assert [(e.line, e.column, e.mend) for e in configured.errors] == [(1, 1, "Rename it.")]
        assert world.upload(GOOD).status == "ok"
        assert world.event("monitors/flights.yml").status == "ok"


class TestTwoMonitors:
    def test_each_has_its_schedule_its_state_and_its_baseline(self, world: World) -> None:
        for name in ("statistics", "constraints"):
            world.store.objects[f"baselines/flights/data_quality/{name}.json"] = b"{}"
        configured = world.upload(BOTH + b"    postprocess: post.py\n")
        assert configured.schedules == (SCHEDULE, QUALITY)
        assert {name: each.expression for name, each in world.schedules.schedules.items()} == {
            SCHEDULE: "cron(0 6 ? * * *)",
            QUALITY: "cron(0 8 ? * * *)",
        }
        assert world.schedules.schedules[QUALITY].payload["monitor"] == "model_quality"
        states = world.status()["monitors"]
        assert {name: (each["baseline"], each["missing"]) for name, each in states.items()} == {
            "data_quality": ("found", []),
            "model_quality": (
                "missing",
                [
                    "baselines/flights/model_quality/statistics.json",
                    "baselines/flights/model_quality/constraints.json",
                    "scripts/post.py",
                ],
            ),
        }

    def test_the_status_of_both_is_read_back_as_the_document(self, world: World) -> None:
        world.upload(BOTH)
        good = load_document(world.store, "flights", kinds=KINDS)
        world.upload(BAD)
        assert load_document(world.store, "flights", kinds=KINDS) == good

    def test_one_that_goes_takes_its_schedule_with_it(self, world: World) -> None:
        world.upload(BOTH)
        assert world.upload(GOOD).schedules == (SCHEDULE,)
        assert list(world.schedules.schedules) == [SCHEDULE]


class Choosy(RecordingSchedules):
    """EventBridge that refuses the schedules of eight o'clock."""

    def put(self, schedule: Schedule) -> None:
        if " 8 " in schedule.expression:
            raise InvalidInputError("EventBridge refuses it", where=schedule.name)
        super().put(schedule)


class TestOneOfSeveralSchedulesIsRefused:
    def test_the_schedules_of_the_last_good_document_come_back(self) -> None:
        # Given a document whose schedules run
        world = World()
        world.schedules = Choosy()
        world.upload(BETTER)
        runs = dict(world.schedules.schedules)
        # When a new one changes the first schedule, and EventBridge refuses the second
        configured = world.upload(BOTH)
        # Then the first is as it was, and the status and the message tell the second
        assert world.schedules.schedules == runs
        assert configured.schedules == (SCHEDULE,)
        assert [(error.line, error.field, error.found, error.allowed) for error in configured.errors] == [
            (6, "monitors.model_quality.schedule", "EventBridge refuses it", "what EventBridge accepts")
        ]
        assert world.status()["schedules"] == [SCHEDULE]
        assert len(world.operators.told) == 1

    def test_without_a_document_before_nothing_is_left(self) -> None:
        world = World()
        world.schedules = Choosy()
        assert world.upload(BOTH).status == "error"
        assert world.schedules.schedules == {}

    def test_every_refused_one_is_told(self) -> None:
        world = World()
        world.schedules = Choosy()
        configured = world.upload(BOTH.replace(b"0 6", b"0 8"))
        assert [error.line for error in configured.errors] == [4, 6]

    def test_what_another_version_made_is_left_alone(self) -> None:
        world = World()
        world.schedules = Choosy()
        world.upload(BETTER)
        status = world.status() | {"document": {"of": "another version"}}
        world.store.objects[STATUS] = json.dumps(status).encode()
        world.upload(BOTH)
        assert list(world.schedules.schedules) == [SCHEDULE]

    def test_a_fault_at_any_call_is_healed_by_the_retry(self) -> None:
        faults = 0
        for fail_on in range(1, 6):
            # Given a good document, and one that EventBridge refuses in part, of which one call fails
            world = World()
            world.schedules = Choosy()
            world.upload(BETTER)
            runs = dict(world.schedules.schedules)
            world.schedules.fail_on = world.schedules.calls + fail_on
            try:
                world.upload(BOTH)
            except InjectedError:
                faults += 1
                # When the platform tries again
                world.event()
            # Then what ran before runs
            assert world.schedules.schedules == runs
            assert world.status()["status"] == "error"
        assert faults >= 2


class TestAlarmsAndDashboard:
    def test_follow_the_document(self, world: World) -> None:
        world.upload(GOOD)
        assert tuple(world.alarms.alarms["flights"]) == (VIOLATIONS, *WATCHED)
        assert json.loads(world.dashboards.bodies["flights"])["widgets"]
        world.upload(GOOD + b"    alarms: [{metric: rows, threshold: 1}]\nwatch: {captures_age: PT0H}\n")
        assert set(world.alarms.alarms["flights"]) == {"driftline/flights/data_quality/rows", *WATCHED[:2]}

    def test_are_named_in_the_status(self, world: World) -> None:
        world.upload(GOOD)
        assert world.status()["alarms"] == [VIOLATIONS, *WATCHED]
        assert world.status()["dashboard"] == "driftline-eu-west-1_flights"
        world.upload(BAD)
        assert world.status()["alarms"] == [VIOLATIONS, *WATCHED]
        assert world.status()["dashboard"] == "driftline-eu-west-1_flights"

    def test_are_not_touched_by_a_duplicate_event(self, world: World) -> None:
        world.upload(GOOD)
        world.alarms.log.clear()
        world.event()
        assert world.alarms.log == []

    def test_go_when_the_document_wants_them_no_more(self, world: World) -> None:
        world.upload(GOOD)
        world.upload(GOOD + b"    enabled: false\ndashboard: false\n")
        assert world.alarms.alarms == {}
        assert world.dashboards.bodies == {}
        assert (world.status()["alarms"], world.status()["dashboard"]) == ([], None)

    def test_are_made_for_an_endpoint_whose_status_an_older_version_wrote(self, world: World) -> None:
        world.upload(GOOD)
        older = {key: value for key, value in world.status().items() if key not in {"alarms", "dashboard"}}
        for field in ("watch", "channels"):
            del older["document"][field]
        del older["document"]["monitors"]["data_quality"]["alarms"]
        expected = world.state()
        world.store.objects[STATUS] = json.dumps(older).encode()
        world.alarms.alarms.clear()
        world.dashboards.bodies.clear()
        # When the event of a bad document comes, the last good one still counts
        world.upload(BAD)
        assert load_document(world.store, "flights", kinds=KINDS).monitors.by_name()["data_quality"] is not None
        # And when the good one comes again, all is as if it had been new
        world.upload(GOOD)
        assert world.state() == expected


class TestCloudWatchRefuses:
    def test_an_alarm_is_an_error_of_the_document_at_its_place(self, world: World) -> None:
        world.alarms.refuses = frozenset({"odd", "data_quality executions failed"})
        alarms = b"    alarms:\n      - {metric: rows, threshold: 1}\n      - {metric: rows, name: odd, threshold: 1}\n"
        configured = world.upload(GOOD + alarms + b"watch:\n  failed_executions: 2\n")
        assert [(e.line, e.field, e.found, e.allowed) for e in configured.errors] == [
            (7, "monitors.data_quality.alarms[1]", "the alarm 'odd'", "it is not liked"),
            (9, "watch.failed_executions", "the alarm 'data_quality executions failed'", "it is not liked"),
        ]
        assert len(world.operators.told) == 1

    def test_a_dashboard_is_one_too(self, world: World) -> None:
        world.dashboards.refuses = True
        (error,) = world.upload(GOOD).errors
        assert (error.field, error.found, error.allowed, error.mend) == (
            "dashboard",
            "CloudWatch refuses the dashboard",
            "what CloudWatch accepts",
            "To have no dashboard, set dashboard: false.",
        )
        assert world.upload(GOOD + b"dashboard: false\n").status == "ok"

    @pytest.mark.parametrize("before", [b"", BAD, BETTER, BETTER + b"dashboard: false\n"])
    def test_everything_is_as_it_was(self, before: bytes) -> None:
        # Given what a document made before, or nothing because there was none, or none that was right
        world = World()
        if before:
            world.upload(before)
        schedules, alarms, dashboards = world.resources()
        # When one comes of which CloudWatch refuses an alarm
        world.alarms.refuses = frozenset({"odd"})
        odd = b"    alarms: [{metric: rows, threshold: 1}, {metric: violations, threshold: 2}, {name: odd}]\n"
        assert world.upload(GOOD + odd).status == "error"
        # Then schedules, alarms and dashboard are as they were
        assert world.resources() == (schedules, alarms, dashboards)

    def test_what_eventbridge_refuses_leaves_no_alarm_changed(self) -> None:
        world = World()
        world.schedules = Choosy()
        world.upload(BETTER)
        before = world.resources()
        world.upload(BOTH + b"    alarms: []\nwatch: {schedule_delay: PT5H}\n")
        assert world.resources() == before

    def test_everything_that_is_refused_is_told_at_once(self) -> None:
        world = World()
        world.schedules = Choosy()
        world.alarms.refuses = frozenset({"violations"})
        world.dashboards.refuses = True
        configured = world.upload(BOTH + b"dashboard: true\n")
        assert [(error.line, error.field) for error in configured.errors] == [
            (4, "monitors.data_quality.alarms[0]"),
            (6, "monitors.model_quality.alarms[0]"),
            (6, "monitors.model_quality.schedule"),
            (9, "dashboard"),
        ]

    def test_what_another_version_made_is_left_alone(self, world: World) -> None:
        world.upload(BETTER)
        status = world.status() | {"document": {"of": "another version"}}
        world.store.objects[STATUS] = json.dumps(status).encode()
        world.alarms.refuses = frozenset({"odd"})
        world.upload(GOOD + b"    alarms: [{}, {name: odd}]\n")
        assert VIOLATIONS in world.alarms.alarms["flights"]
        assert world.dashboards.bodies

    @pytest.mark.parametrize("port", ["schedules", "alarms", "dashboards"])
    @pytest.mark.parametrize("refused", [True, False])
    def test_a_fault_at_any_call_is_healed_by_the_retry(self, port: str, refused: bool) -> None:
        changed = BOTH + b"    alarms: [{metric: mae, threshold: 3}, {name: odd}]\nwatch: {captures_age: PT0H}\n"
        faults = 0
        for fail_on in range(1, 15):
            # Given a good document, and another one of which CloudWatch refuses an alarm, or not
            world, expected = World(), World()
            for each in (world, expected):
                each.upload(BETTER)
                each.alarms.refuses = frozenset({"odd"} if refused else ())
            expected.upload(changed)
            # When one call fails and the platform tries again
            fake = getattr(world, port)
            fake.fail_on = fake.calls + fail_on
            try:
                world.upload(changed)
            except InjectedError:
                faults += 1
                world.event()
            # Then everything is as without the fault
            assert world.state() == expected.state()
        assert faults >= (2 if port == "schedules" else 1)

    def test_a_fault_while_everything_goes_is_healed_by_the_retry(self) -> None:
        for port in ("schedules", "alarms", "dashboards"):
            for fail_on in range(1, 8):
                world = World()
                world.upload(BOTH)
                del world.store.objects[KEY]
                fake = getattr(world, port)
                fake.fail_on = fake.calls + fail_on
                try:
                    world.event()
                except InjectedError:
                    world.event()
                assert world.state() == ({}, {}, {}, {})


class TestADeletedDocument:
    def test_takes_its_schedules_alarms_dashboard_and_status_with_it(self, world: World) -> None:
        world.upload(GOOD)
        del world.store.objects[KEY]
        assert world.event() == Configured("flights", "removed")
        assert world.state() == ({}, {}, {}, {})
        assert world.event() == Configured("flights", "removed")

    def test_spares_endpoints_whose_names_begin_alike(self) -> None:
        others = [
            Schedule(f"{name}-data_quality", "rate(1 hour)", {}) for name in ("flights-eu", "flight", "flights.2")
        ]
        world = World(*others)
        world.upload(GOOD)
        del world.store.objects[KEY]
        world.event()
        assert world.schedules.schedules == {schedule.name: schedule for schedule in others}

    def test_takes_schedules_of_monitors_that_this_version_does_not_know(self, world: World) -> None:
        world.upload(GOOD)
        status = world.status() | {"schedules": [SCHEDULE, "flights-from_the_future"]}
        world.store.objects[STATUS] = json.dumps(status).encode()
        world.schedules.schedules["flights-from_the_future"] = Schedule("flights-from_the_future", "rate(1 hour)", {})
        del world.store.objects[KEY]
        world.event()
        assert world.schedules.schedules == {}

    def test_a_late_event_of_deletion_finds_the_document_that_is_there_again(self, world: World) -> None:
        world.upload(GOOD)
        assert world.event().status == "ok"
        assert SCHEDULE in world.schedules.schedules


class TestEvents:
    @pytest.mark.parametrize("key", [STATUS, "monitors/a/b.yaml", "monitors/", "capture/x.yaml"])
    def test_other_keys_are_ignored(self, world: World, key: str) -> None:
        assert world.upload(b"x", key).status == "ignored"
        assert list(world.store.objects) == [key]

    def test_a_document_that_changes_meanwhile_is_read_again(self, world: World) -> None:
        class Changing(InMemoryStore):
            def get(self, key: str) -> StoredObject:
                stored = super().get(key)
                if key == KEY:
                    self.objects[KEY] = BETTER
                return stored

        world.store = Changing(objects={KEY: GOOD})
        world.event()
        assert world.schedules.schedules[SCHEDULE].expression == "cron(0 7 ? * * *)"
        assert world.status()["monitors"]["data_quality"]["schedule"] == "cron(0 7 ? * * *)"

    def test_one_that_never_rests_is_given_back_to_the_queue(self, world: World) -> None:
        class Restless(InMemoryStore):
            def get(self, key: str) -> StoredObject:
                stored = super().get(key)
                if key == KEY:
                    self.objects[KEY] += b"#\n"
                return stored

        with pytest.raises(DriftlineError, match="keeps changing"):
            world.event(store=Restless(objects={KEY: GOOD}))

    @pytest.mark.parametrize("broken", [b"", b"{}", b"[]", b'{"status": "great"}'])
    def test_a_status_file_that_somebody_broke_is_made_anew(self, world: World, broken: bytes) -> None:
        world.store.objects[STATUS] = broken
        assert world.upload(GOOD).status == "ok"
        assert world.status()["status"] == "ok"

    @pytest.mark.parametrize("body", [GOOD, BAD])
    def test_a_fault_at_any_call_is_healed_by_the_retry(self, body: bytes) -> None:
        expected = World()
        expected.upload(BETTER)
        expected.upload(body)
        for fail_on in range(1, 10):
            world = World()
            world.upload(BETTER)
            world.store.objects[KEY] = body
            try:
                world.event(store=FailingStore(world.store, fail_on))
            except InjectedError:
                world.event()
            assert world.state() == expected.state()


class TestNames:
    def test_long_ones_are_shortened_and_told_apart(self) -> None:
        one, other = schedule_name("e" * 62 + "1", "data_quality"), schedule_name("e" * 62 + "2", "data_quality")
        assert len(one) == len(other) == LONGEST_SCHEDULE_NAME
        assert one != other
        assert one.endswith("-data_quality")

    def test_short_ones_are_plain(self) -> None:
        assert schedule_name("a-b", "data_quality") == "a-b-data_quality"


class TestACaptureBucketThatCannotBeRead:
    CAPTURED = b"capture:\n  bucket: elsewhere\n  prefix: x/\n"

    def test_is_an_error_with_its_line_and_nothing_is_made(self, world: World) -> None:
        configured = world.upload(GOOD + self.CAPTURED)
        (error,) = configured.errors
        assert (configured.status, error.line, error.field) == ("error", 6, "capture.bucket")
        assert (error.found, error.mend) == ("the bucket elsewhere", "Name my-captures.")
        assert world.resources() == ({}, {}, {})
        assert "elsewhere" in world.operators.told[0][1]

    def test_leaves_the_last_valid_document_in_effect(self, world: World) -> None:
        world.upload(GOOD)
        before = world.resources()
        world.upload(BETTER + self.CAPTURED)
        assert world.resources() == before
        assert "bucket" not in world.status()["document"]["capture"]
