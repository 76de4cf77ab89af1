"""start_retraining: each guard's "no", the one "yes", approvals, ends, and what is written and told of each."""

from datetime import timedelta

import pytest

from driftline.domain.errors import InvalidInputError, RetryLaterError
from driftline.domain.ground_truth.keys import VariantHour
from driftline.domain.monitors.ownership import Ownership
from driftline.domain.retraining.audit import Decision
from driftline.domain.retraining.request import Approval, approval_id, request_id
from driftline.usecases.ports.retraining import UncertainStartError
from driftline.usecases.retraining.ledgers import KIND, TURN
from driftline.usecases.retraining.retraining_ends import RunEnd
from tests.fakes import InMemoryStore
from tests.retraining import DAY, ENDPOINT, HOUR, START, World, alarm, document, put_merged_hour


class TestAStart:
    def test_an_alarm_that_asks_for_it_starts_a_retraining_and_says_so(self) -> None:
        world = World()
        answer = world.alarm()
        # Then it started, by a name and a token that follow from the alarm
        assert answer.decision is Decision.STARTED
        [order] = world.targets.orders
        assert order.id == answer.id == request_id(alarm())
        assert (len(order.token), order.target.kind, order.target.name) == (64, "pipeline", "churn-retrain")
        # And the record has every guard with its reason, and what was started
        [record] = world.records()
        assert record.key == f"reports/{ENDPOINT}/retraining/2026/03/02/{answer.id}.json"
        passed = [(found.guard, found.passed) for found in record.guards]
        guards = ["asked_for", "in_order", "lease", "cooldown", "weekly_budget", "labelled_rows"]
        assert passed == [(guard, True) for guard in guards]
        assert record.run_arn is not None
        assert record.parameters["RetrainingId"] == answer.id
        # And an event tells it
        [event] = world.events.published
        assert event.detail_type == "Retraining Decision"
        assert event.detail["Decision"] == "started"
        assert event.detail["AuditUri"] == f"memory://bucket/{record.key}"
        assert event.detail["RunArn"] == record.run_arn

    def test_events_and_orders_say_whose_endpoint_it_is(self) -> None:
        world = World(document() + b"team: risk\nowner: ana@example.com\ntags: {tier: gold}\n")
        answer = world.alarm()
        world.retrainer.note_end(RunEnd("Succeeded", START + HOUR, id=answer.id))
        assert [event.detail_type for event in world.events.published] == ["Retraining Decision", "Retraining Ended"]
        for event in world.events.published:
            assert (event.detail["Team"], event.detail["Owner"]) == ("risk", "ana@example.com")
            assert event.detail["Tags"] == {"tier": "gold"}
        assert world.targets.orders[0].ownership == Ownership("risk", "ana@example.com", {"tier": "gold"})

    def test_without_a_document_an_event_is_nobodys(self) -> None:
        world = World()
        del world.store.objects[f"monitors/{ENDPOINT}.yaml"]
        world.alarm()
        [event] = world.events.published
        assert (event.detail["Decision"], event.detail["Team"], event.detail["Tags"]) == ("refused", None, {})

    def test_the_target_is_told_where_everything_is(self) -> None:
        own = "parameters: {Bucket: '{report}|{ground_truth}', Endpoint: canary, Json: '{\"a\": 1}'}"
        world = World(document(f"{own}, minimum_labelled_rows: 0"))
        world.store.objects[f"state/executions/{ENDPOINT}/model_quality/last.json"] = (
            b'{"status": "CompletedWithViolations", "reason": "", "trigger": "schedule", "folder": '
            b'"reports/churn/model_quality/2026/03/02/14/", "window_start": "2026-03-02T13:00:00Z", '
            b'"window_end": "2026-03-02T14:00:00Z"}'
        )
        answer = world.alarm()
        assert world.targets.orders[0].parameters == {
            "Endpoint": "canary",  # the document's own wins
            "Monitor": "model_quality",
            "WindowStart": "2026-03-02T13:00:00Z",
            "WindowEnd": "2026-03-02T14:00:00Z",
            "ReportUri": "memory://bucket/reports/churn/model_quality/2026/03/02/14/",
            "BaselineUri": "memory://bucket/baselines/churn/model_quality/",
            "CapturesUri": "memory://bucket/capture/churn/",
            "GroundTruthUri": "memory://bucket/ground-truth/churn/",
            "MergedUri": "memory://bucket/merged/churn/",
            "RetrainingId": answer.id,
            "Bucket": "memory://bucket/reports/churn/model_quality/2026/03/02/14/|memory://bucket/ground-truth/churn/",
            "Json": '{"a": 1}',
        }
        assert world.targets.orders[0].own == {"Bucket", "Endpoint", "Json"}

    def test_an_execution_that_failed_gives_no_window_and_no_report(self) -> None:
        world = World()
        world.store.objects[f"state/executions/{ENDPOINT}/model_quality/last.json"] = (
            b'{"status": "Failed", "reason": "no baseline", "trigger": "schedule", "folder": '
            b'"reports/churn/model_quality/2026/03/02/14/", "window_start": "2026-03-02T13:00:00Z", '
            b'"window_end": "2026-03-02T14:00:00Z"}'
        )
        world.alarm()
        parameters = world.targets.orders[0].parameters
        assert "WindowStart" not in parameters
        assert parameters["ReportUri"] == "memory://bucket/reports/churn/model_quality/"

    def test_a_monitor_that_never_ran_gives_no_window(self) -> None:
        world = World()
        world.alarm()
        parameters = world.targets.orders[0].parameters
        assert "WindowStart" not in parameters
        assert parameters["ReportUri"] == "memory://bucket/reports/churn/model_quality/"


class TestANo:
    """Every refusal starts nothing, has its guard and its reason, and is told."""

    def refused(
        self, world: World, guard: str, reason: str, at: timedelta = timedelta(0), label: str = "violations"
    ) -> None:
        before = world.targets.starts
        answer = world.alarm(START + at, label)
        assert (answer.decision, answer.guard) == (Decision.REFUSED, guard)
        assert reason in answer.reason
        assert world.targets.starts == before
        [record] = [record for record in world.records() if record.id == answer.id]
        assert (record.guard, record.reason, record.guards[-1].passed) == (guard, answer.reason, False)
        assert world.events.published[-1].detail["Reason"] == answer.reason

    def test_an_alarm_without_the_action(self) -> None:
        self.refused(World(), "asked_for", "does not have the action retrain", label="f1")

    def test_an_alarm_that_the_document_no_longer_has(self) -> None:
        self.refused(World(), "asked_for", "no longer has the alarm 'recall' of model_quality", label="recall")

    def test_a_document_without_a_retraining_section(self) -> None:
        world = World(f"endpoint: {ENDPOINT}\nmonitors: {{data_quality: {{}}}}\n".encode())
        self.refused(world, "asked_for", "no longer has a retraining section")

    def test_a_monitor_that_was_switched_off(self) -> None:
        # Its alarms are gone by then, and a message may still be under way.
        world = World(document().replace(b"    alarms:", b"    enabled: false\n    alarms:"))
        self.refused(world, "asked_for", "no longer has an enabled monitor model_quality")

    def test_a_document_that_is_gone(self) -> None:
        world = World()
        world.store.delete(f"monitors/{ENDPOINT}.yaml")
        self.refused(world, "asked_for", "no readable monitor document")

    def test_one_runs(self) -> None:
        world = World()
        first = world.alarm()
        self.refused(
            world, "lease", f"The retraining {first.id} has been running since 2026-03-02T14:00:00Z", 11 * HOUR
        )
        # Nobody told its end: after longest_run it counts as ended
        assert world.alarm(START + 12 * HOUR).decision is Decision.STARTED

    def test_one_waits_for_a_target_that_has_no_room(self) -> None:
        world = World()
        world.targets.errors = [RetryLaterError("ResourceLimitExceeded")]
        with pytest.raises(RetryLaterError):
            world.alarm()
        self.refused(
            world,
            "lease",
            "has been waiting for its target, which could not accept it, since 2026-03-02T14:00:00Z",
            HOUR,
        )

    def test_the_cooldown(self) -> None:
        world = World(document("cooldown: P3D, minimum_labelled_rows: 0, weekly_budget: 9"))
        world.alarm()
        self.refused(world, "cooldown", "lasts until 2026-03-05T14:00:00Z", 3 * DAY - timedelta(seconds=1))
        assert world.alarm(START + 3 * DAY).decision is Decision.STARTED

    def test_the_budget_of_seven_days_that_slide(self) -> None:
        world = World(document("cooldown: PT0H, minimum_labelled_rows: 0, weekly_budget: 2"))
        world.alarm()
        world.alarm(START + 3 * DAY)
        self.refused(world, "weekly_budget", "The next start is possible at 2026-03-09T14:00:00Z", 7 * DAY - HOUR)
        assert world.alarm(START + 7 * DAY).decision is Decision.STARTED
        self.refused(world, "weekly_budget", "possible at 2026-03-12T14:00:00Z", 8 * DAY)

    def test_too_few_labelled_rows(self) -> None:
        world = World(document("minimum_labelled_rows: 100, labelled_within: P1D"))
        put_merged_hour(world.store, VariantHour("AllTraffic", START - HOUR), {0: 40, 55: 59})
        self.refused(world, "labelled_rows", "only 99 labelled rows since 2026-03-01T14:00:00Z; 100 required")
        put_merged_hour(world.store, VariantHour("AllTraffic", START - 2 * HOUR), {0: 1})
        assert world.alarm(START + HOUR).decision is Decision.STARTED

    def test_one_started_after_the_alarm(self) -> None:
        world = World()
        world.alarm()
        self.refused(world, "in_order", "after this request", -HOUR)


def test_a_dry_run_decides_writes_and_tells_and_starts_nothing() -> None:
    world = World(document("dry_run: true, minimum_labelled_rows: 0"))
    answer = world.alarm()
    assert (answer.decision, answer.guard) == (Decision.DRY_RUN, "dry_run")
    assert world.targets.orders == []
    [record] = world.records()
    assert record.reason == "Dry run: nothing was started; otherwise pipeline churn-retrain would have been."
    assert record.parameters["Endpoint"] == ENDPOINT
    assert world.decisions_told() == [("Retraining Decision", "dry_run")]


class TestRepetitions:
    def test_the_same_alarm_ten_times_starts_one_and_tells_once(self) -> None:
        world = World()
        first = world.alarm()
        objects = dict(world.store.objects)
        again = [world.alarm() for _ in range(9)]
        assert {(answer.id, answer.decision, answer.repeated) for answer in again} == {
            (first.id, Decision.STARTED, True)
        }
        assert (world.targets.starts, len(world.targets.orders), len(world.events.published)) == (1, 1, 1)
        assert world.store.objects == objects

    def test_a_refusal_stays_one_even_if_the_guards_would_agree_by_now(self) -> None:
        world = World(document("minimum_labelled_rows: 10"))
        world.alarm()
        world.put_document(document())
        assert world.alarm().decision is Decision.REFUSED
        assert world.targets.starts == 0

    def test_another_change_of_the_same_alarm_is_another_request(self) -> None:
        world = World()
        assert world.alarm().id != world.alarm(START + timedelta(milliseconds=1)).id


class TestTheTarget:
    def test_one_that_is_throttled_is_asked_again_with_the_same_token(self) -> None:
        world = World()
        world.targets.errors = [RetryLaterError("throttled", after=7), RetryLaterError("throttled")]
        for _ in range(2):
            with pytest.raises(RetryLaterError):
                world.alarm()
        # The reservation is kept for this request
        assert world.alarm(START + HOUR).guard == "lease"
        # And its message goes on where it was
        assert world.alarm().decision is Decision.STARTED
        assert len({order.token for order in world.targets.orders}) == 1
        assert world.targets.starts == 1

    def test_one_without_tokens_is_asked_again_if_it_surely_did_not_start(self) -> None:
        world = World(document(target="{function: retrain}", retraining="minimum_labelled_rows: 0"), tokens=False)
        world.targets.errors = [RetryLaterError("throttled")]
        with pytest.raises(RetryLaterError):
            world.alarm()
        assert world.alarm().decision is Decision.STARTED
        assert world.targets.starts == 1

    def test_one_that_refuses_for_good_releases_the_reservation(self) -> None:
        world = World()
        refusal = InvalidInputError(
            "there is no pipeline churn-retrain", expected="ResourceNotFound", mend="Create it."
        )
        world.targets.errors = [refusal]
        answer = world.alarm()
        assert (answer.decision, answer.reason) == (
            Decision.FAILED,
            "there is no pipeline churn-retrain. ResourceNotFound",
        )
        assert world.records()[0].mend == "Create it."
        assert world.events.published[0].detail["Mend"] == "Create it."
        # The next alarm is not held up by it
        assert world.alarm(START + timedelta(seconds=1)).decision is Decision.STARTED

    def test_one_that_may_have_started_is_looked_after_by_people_and_keeps_the_lease(self) -> None:
        world = World(document(target="{function: retrain}", retraining="minimum_labelled_rows: 0"), tokens=False)
        world.targets.errors = [UncertainStartError("the answer of the function was lost")]
        answer = world.alarm()
        assert (answer.decision, answer.reason) == (Decision.UNKNOWN, "the answer of the function was lost")
        assert "Check at the target" in world.records()[0].mend
        assert world.alarm().repeated
        assert len(world.targets.orders) == 1
        assert world.alarm(START + HOUR).guard == "lease"

    def test_a_reservation_whose_message_was_lost_is_released_when_its_time_is_over(self) -> None:
        world = World(document(target="{function: f}", retraining="minimum_labelled_rows: 0"), tokens=False)
        world.targets.errors = [RetryLaterError("down")]
        with pytest.raises(RetryLaterError):
            world.alarm()
        assert world.alarm(START + 2 * DAY).decision is Decision.STARTED
        assert [record.decision for record in world.records()] == [Decision.FAILED, Decision.STARTED]
        # Should the message come after all, it is answered already
        assert world.alarm().decision is Decision.FAILED
        assert world.targets.starts == 1


class TestLateDeliveries:
    """A message that was redriven, or waited for hours: what starts now runs from now on, whenever it was asked for."""

    def test_the_lease_begins_when_it_starts(self) -> None:
        # Given an alarm that is redriven a day later, longest_run being twelve hours
        world = World()
        answer = world.alarm(under_way=DAY)
        assert answer.decision is Decision.STARTED
        # Then the next one is refused as long as it may run
        assert world.alarm(START + DAY + HOUR).guard == "lease"
        assert world.alarm(START + DAY + 12 * HOUR).decision is Decision.STARTED
        # And the audit knows both times, and is where the request's id says
        [record, _, _] = world.records()
        assert (record.at, record.delivered_at) == (START, START + DAY)
        assert record.key == f"reports/{ENDPOINT}/retraining/2026/03/02/{answer.id}.json"

    def test_its_end_lies_beside_its_start(self) -> None:
        world = World()
        started = world.alarm(under_way=3 * DAY)
        world.retrainer.note_end(RunEnd("Succeeded", START + 3 * DAY + HOUR, id=started.id))
        [end] = world.ends()
        assert end.key == world.records()[0].key.replace(".json", ".ended.json")
        assert (end.started_at, end.took) == (START + 3 * DAY, 3600.0)

    @pytest.mark.parametrize(
        ("settings", "guard"), [("cooldown: P2D, weekly_budget: 9", "cooldown"), ("weekly_budget: 1", "weekly_budget")]
    )
    def test_cooldown_and_budget_count_from_then(self, settings: str, guard: str) -> None:
        cooldown = "" if "cooldown" in settings else "cooldown: PT0H, "
        world = World(document(f"{cooldown}{settings}, longest_run: PT1H, minimum_labelled_rows: 0"))
        world.alarm(under_way=6 * DAY)
        assert world.alarm(START + 7 * DAY + HOUR).guard == guard

    def test_while_a_later_one_runs_or_ran_it_is_answered_by_that(self) -> None:
        world = World()
        world.alarm(START + DAY)
        late = world.alarm(under_way=DAY + HOUR)
        assert (late.decision, late.guard) == (Decision.REFUSED, "in_order")
        assert world.alarm(START + HOUR, under_way=5 * DAY).guard == "in_order"

    def test_while_an_earlier_one_runs_it_is_refused(self) -> None:
        world = World()
        world.alarm(START - HOUR, under_way=6 * HOUR)
        # It is in order, for the run that goes on started before it
        assert world.alarm(START + 5 * HOUR, under_way=10 * HOUR).guard == "lease"

    def test_a_request_that_comes_late_can_still_be_approved(self) -> None:
        world = World(document("approval: manual, approval_expires: PT6H, minimum_labelled_rows: 0"))
        request = world.alarm(under_way=2 * DAY).id
        assert world.records()[0].expires_at == START + 2 * DAY + 6 * HOUR
        assert world.approve(request, START + 2 * DAY + HOUR).decision is Decision.STARTED

    def test_an_approval_that_comes_late_was_given_in_time(self) -> None:
        world = World(document("approval: manual, approval_expires: PT6H, minimum_labelled_rows: 0"))
        approval = Approval(ENDPOINT, world.alarm().id, START + HOUR, "ana")
        assert world.retrainer.answer_approval(approval, DAY).decision is Decision.STARTED
        # But it runs from now on
        assert world.alarm(START + DAY + 2 * HOUR).guard == "lease"

    def test_a_reservation_that_comes_again_is_judged_anew(self) -> None:
        # Given a target that could take nothing, until the message went to the dead-letter queue
        world = World()
        world.targets.errors = [RetryLaterError("throttled")]
        with pytest.raises(RetryLaterError):
            world.alarm()
        # When it is redriven after longest_run, it starts, and its lease with it
        assert world.alarm(under_way=DAY).decision is Decision.STARTED
        assert world.alarm(START + DAY + HOUR).guard == "lease"
        assert [record.decision for record in world.records()] == [Decision.STARTED, Decision.REFUSED]

    def test_a_reservation_that_comes_again_heeds_what_the_document_says_by_then(self) -> None:
        world = World()
        world.targets.errors = [RetryLaterError("throttled")]
        with pytest.raises(RetryLaterError):
            world.alarm()
        world.put_document(document("dry_run: true, minimum_labelled_rows: 0"))
        assert world.alarm(under_way=HOUR).decision is Decision.DRY_RUN
        assert (world.targets.starts, world.ledger.runs) == (0, ())

    def test_an_approved_reservation_is_judged_anew_too(self) -> None:
        world = World(document("approval: manual, minimum_labelled_rows: 0"))
        approval = Approval(ENDPOINT, world.alarm().id, START + HOUR)
        world.targets.errors = [RetryLaterError("throttled")]
        with pytest.raises(RetryLaterError):
            world.retrainer.answer_approval(approval)
        assert world.retrainer.answer_approval(approval, 3 * DAY).decision is Decision.STARTED

    def test_a_start_that_was_cut_short_runs_from_its_last_attempt(self) -> None:
        # Given a start whose answer was lost: it may run since then
        world = World()
        world.targets.errors = [UncertainStartError("timeout")]
        with pytest.raises(RetryLaterError):
            world.alarm()
        # When it is asked again ten hours later, it may as well have begun only now
        assert world.alarm(under_way=10 * HOUR).decision is Decision.STARTED
        assert world.alarm(START + 21 * HOUR).guard == "lease"
        assert world.alarm(START + 22 * HOUR).decision is Decision.STARTED

    def test_a_start_that_was_cut_short_and_is_over_is_not_tried_again(self) -> None:
        world = World()
        world.targets.errors = [UncertainStartError("timeout")]
        with pytest.raises(RetryLaterError):
            world.alarm()
        assert world.alarm(under_way=DAY).decision is Decision.UNKNOWN
        assert len(world.targets.orders) == 1


class TestApproval:
    MANUAL = "approval: manual, approval_expires: PT6H, minimum_labelled_rows: 0, weekly_budget: 9"

    def asked(self) -> tuple[World, str]:
        world = World(document(self.MANUAL))
        answer = world.alarm()
        assert (answer.decision, answer.guard) == (Decision.AWAITING_APPROVAL, "approval")
        return world, answer.id

    def test_a_request_says_how_and_until_when_it_can_be_approved(self) -> None:
        world, request = self.asked()
        assert world.targets.orders == []
        detail = world.events.published[0].detail
        assert detail["ApproveCommand"] == f"driftline approve churn {request} --store memory://bucket"
        assert detail["ExpiresAt"] == "2026-03-02T20:00:00Z"
        assert world.records()[0].expires_at == START + 6 * HOUR

    def test_an_approval_starts_it_and_names_who_approved(self) -> None:
        world, request = self.asked()
        answer = world.approve(request, START + HOUR)
        assert answer.decision is Decision.STARTED
        assert world.targets.orders[0].id == request
        approved, asked = world.records()
        assert (asked.decision, approved.decision, approved.approved_by) == ("awaiting_approval", "started", "ana")
        assert (approved.request, approved.id == request) == (request, False)
        assert approved.at == START + HOUR

    def test_a_second_approval_is_a_no(self) -> None:
        world, request = self.asked()
        world.approve(request, START + HOUR)
        answer = world.approve(request, START + 2 * HOUR)
        assert (answer.decision, answer.guard) == (Decision.REFUSED, "approval")
        assert answer.reason == "It was approved before, and started at 2026-03-02T15:00:00Z."
        assert world.targets.starts == 1

    def test_the_same_approval_delivered_twice_starts_one(self) -> None:
        world, request = self.asked()
        world.approve(request, START + HOUR)
        assert world.approve(request, START + HOUR).repeated
        assert (world.targets.starts, len(world.events.published)) == (1, 2)

    def test_one_that_the_ledger_has_forgotten_is_answered_by_the_audit_and_stays_as_it_is(self) -> None:
        world, request = self.asked()
        world.approve(request, START + HOUR)
        before = dict(world.store.objects)
        world.table.items.clear()
        answer = world.approve(request, START + HOUR)
        assert (answer.decision, answer.repeated) == (Decision.STARTED, True)
        assert (world.targets.starts, world.store.objects) == (1, before)

    def test_a_record_of_a_version_that_cannot_be_read_starts_nothing_and_stays(self) -> None:
        world = World()
        world.alarm()
        (key,) = (key for key in world.store.objects if "/retraining/" in key)
        world.store.put(key, b'{"record": "of another version"}')
        world.table.items.clear()
        answer = world.alarm()
        assert (answer.decision, answer.repeated) == (None, True)
        assert world.targets.starts == 1
        assert world.store.objects[key] == b'{"record": "of another version"}'

    def test_who_approved_and_why_is_kept_of_a_no_too(self) -> None:
        world, request = self.asked()
        late = Approval(ENDPOINT, request, START + 6 * HOUR, "ana", why="it was a holiday")
        nobody = Approval(ENDPOINT, "r20260101-000000-000000000000", START + 6 * HOUR)
        for approval in (late, nobody):
            world.retrainer.answer_approval(approval, HOUR)
        found = {record.id: record for record in world.records() if record.decision is Decision.REFUSED}
        one, other = found[approval_id(late)], found[approval_id(nobody)]
        assert (one.approved_by, one.approval_reason, one.monitor) == ("ana", "it was a holiday", "model_quality")
        assert one.alarm == alarm()
        assert (one.at, one.delivered_at) == (START + 6 * HOUR, START + 7 * HOUR)
        assert (other.approved_by, other.approval_reason, other.monitor, other.alarm) == (None, None, "", None)

    def test_one_too_late_is_a_no(self) -> None:
        world, request = self.asked()
        answer = world.approve(request, START + 6 * HOUR)
        assert (answer.decision, answer.guard) == (Decision.REFUSED, "approval")
        assert "too late: the request expired at 2026-03-02T20:00:00Z" in answer.reason
        assert world.targets.orders == []

    def test_one_of_something_nobody_asked_for_is_a_no(self) -> None:
        world, _ = self.asked()
        answer = world.approve("r20260101-000000-000000000000", START + HOUR)
        assert (answer.decision, answer.guard) == (Decision.REFUSED, "approval")
        assert "never requested" in answer.reason

    def test_one_request_waits_at_a_time(self) -> None:
        world, request = self.asked()
        answer = world.alarm(START + HOUR)
        assert (answer.decision, answer.guard) == (Decision.REFUSED, "approval")
        assert request in answer.reason
        # After it has expired the next alarm asks anew
        assert world.alarm(START + 7 * HOUR).decision is Decision.AWAITING_APPROVAL

    def test_the_guards_are_asked_again_and_the_request_stays_open(self) -> None:
        world, request = self.asked()
        world.put_document(
            document("approval: manual, approval_expires: P2D, cooldown: PT1H, minimum_labelled_rows: 5")
        )
        assert world.approve(request, START + HOUR).guard == "labelled_rows"
        put_merged_hour(world.store, VariantHour("AllTraffic", START), {0: 5})
        assert world.approve(request, START + 2 * HOUR).decision is Decision.STARTED

    def test_a_document_that_no_longer_asks_refuses_an_approval(self) -> None:
        world, request = self.asked()
        world.put_document(document("minimum_labelled_rows: 0", actions="[notify]"))
        answer = world.approve(request, START + HOUR)
        assert (answer.decision, answer.guard) == (Decision.REFUSED, "asked_for")

    def test_a_start_that_failed_can_be_approved_again(self) -> None:
        world, request = self.asked()
        world.targets.errors = [InvalidInputError("access denied")]
        assert world.approve(request, START + HOUR).decision is Decision.FAILED
        assert world.approve(request, START + 2 * HOUR).decision is Decision.STARTED


class TestTheEnd:
    def test_a_runs_end_releases_the_lease_is_written_and_told(self) -> None:
        world = World()
        started = world.alarm()
        arn = world.records()[0].run_arn
        answer = world.retrainer.note_end(RunEnd("Succeeded", START + 2 * HOUR, arn=arn))
        assert answer is not None
        [end] = world.ends()
        assert end.key == f"reports/churn/retraining/2026/03/02/{started.id}.ended.json"
        assert (end.id, end.outcome, end.took) == (started.id, "Succeeded", 7200.0)
        assert world.events.published[-1].detail_type == "Retraining Ended"
        assert world.alarm(START + 2 * HOUR).decision is Decision.STARTED

    def test_told_twice_it_ends_once(self) -> None:
        world = World()
        started = world.alarm()
        for hours in (2, 3):
            world.retrainer.note_end(RunEnd("Succeeded", START + hours * HOUR, id=started.id))
        assert [end.at for end in world.ends()] == [START + 2 * HOUR]
        assert len(world.events.published) == 2

    def test_told_again_it_is_answered_as_that_and_one_of_no_run_of_the_endpoint_as_nothing(self) -> None:
        world = World()
        started = world.alarm()
        end = RunEnd("Succeeded", START + 2 * HOUR, id=started.id)
        answers = [world.retrainer.note_end(end) for _ in range(2)]
        assert [answer and answer.repeated for answer in answers] == [False, True]
        assert world.retrainer.note_end(RunEnd("Succeeded", START + HOUR, endpoint=ENDPOINT, id="theirs")) is None

    def test_an_end_told_late_does_not_lengthen_the_lease(self) -> None:
        world = World()
        started = world.alarm()
        world.retrainer.note_end(RunEnd("Succeeded", START + 5 * DAY, id=started.id))
        assert world.alarm(START + 11 * HOUR).guard == "lease"
        assert world.alarm(START + 12 * HOUR).decision is Decision.STARTED

    def test_runs_of_others_are_not_ours(self) -> None:
        world = World()
        world.alarm()
        before = dict(world.table.items)
        assert world.retrainer.note_end(RunEnd("Failed", START + HOUR, id="theirs", arn="arn:theirs")) is None
        assert world.table.items == before

    def test_a_ledger_of_another_endpoint_that_nobody_can_read_keeps_no_lease(self) -> None:
        world = World()
        started = world.alarm()
        world.table.put(KIND, "another", '{"runs": [{}]}', version=0)
        answer = world.retrainer.note_end(RunEnd("Succeeded", START + HOUR, id=started.id))
        assert answer is not None
        assert answer.reason == "ended: Succeeded"

    def test_an_own_event_without_an_id_ends_the_one_that_runs(self) -> None:
        world = World()
        started = world.alarm()
        # One that is about a time before the start is about another run
        assert world.retrainer.note_end(RunEnd("done", START - HOUR, endpoint=ENDPOINT)) is None
        answer = world.retrainer.note_end(RunEnd("done", START + HOUR, endpoint=ENDPOINT))
        assert answer is not None
        assert answer.id == started.id

    def test_an_end_that_comes_before_the_start_was_noted_settles_it(self) -> None:
        # Given a start that got through and an answer that was lost
        world = World()
        world.targets.errors = [UncertainStartError("timeout")]
        with pytest.raises(RetryLaterError):
            world.alarm()
        id_ = request_id(alarm())
        # When its end comes first
        world.retrainer.note_end(RunEnd("Succeeded", START + HOUR, id=id_, arn="arn:run"))
        # Then it counts as started and ended, and its message starts nothing more
        assert [record.decision for record in world.records()] == [Decision.STARTED]
        assert world.alarm().repeated
        assert len(world.targets.orders) == 1
        run = world.ledger.run(id_)
        assert run is not None
        assert (run.arn, run.outcome, run.unsettled) == ("arn:run", "Succeeded", False)
        assert world.records()[0].run_arn == "arn:run"
        # It is not lost either, when its longest time is over and the next one starts
        assert world.alarm(START + 2 * DAY).decision is Decision.STARTED
        assert [record.decision for record in world.records()] == [Decision.STARTED, Decision.STARTED]


def test_an_endpoint_is_worked_on_by_one_at_a_time_until_the_turn_runs_out() -> None:
    world = World()
    world.alarm()
    busy = world.ledger.model_copy(update={"busy_until": world.wall + TURN})
    world.table.put("retraining", ENDPOINT, busy.model_dump_json(), version=world.versions)
    with pytest.raises(RetryLaterError) as error:
        world.alarm(START + DAY)
    assert error.value.after == 15
    world.wall += TURN
    assert world.alarm(START + DAY).decision is Decision.STARTED


def test_without_a_ledger_that_can_be_read_nothing_starts() -> None:
    world = World()
    world.table.put(KIND, ENDPOINT, '{"runs": [{}]}', version=0)
    with pytest.raises(InvalidInputError, match=f"{KIND}/{ENDPOINT}: not a ledger"):
        world.alarm()
    assert world.targets.orders == []


def test_reasons_of_any_length_do_not_fill_the_ledger() -> None:
    world = World()
    huge = alarm().model_copy(
        update={"name": "driftline/churn/model_quality/<!channel>" + "x" * 10_000, "label": "y" * 10_000}
    )
    world.retrainer.answer_alarm(huge)
    assert isinstance(world.store, InMemoryStore)
    item = world.table.get("retraining", ENDPOINT)
    assert item is not None
    assert len(item.body) < 2_000
