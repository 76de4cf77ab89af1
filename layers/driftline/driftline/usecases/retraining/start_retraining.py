"""Handles requests of alarms, approvals and ends of runs: decides, starts, records and reports.

Order of the side effects of a start: the reservation in the ledger, the start with a token that follows from the
request, the run in the ledger, the audit record, the event. After an interruption the repeated message continues
from where the ledger says; a target that cannot recognise a second start is called at most once.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from pydantic import ValidationError

from driftline.domain.errors import InvalidInputError, RetryLaterError
from driftline.domain.monitors.ownership import NOBODY, Ownership
from driftline.domain.retraining.audit import AuditRecord, Decision, decision_key
from driftline.domain.retraining.decision import Verdict, approval_problem, decide, new_draft, refused
from driftline.domain.retraining.guards import LabelledRows, Question
from driftline.domain.retraining.ledger import Ledger, Run, RunStatus
from driftline.domain.retraining.parameters import all_parameters
from driftline.domain.retraining.request import AlarmChange, Approval, approval_id, cut, request_id, start_token
from driftline.kinds.kind import Kinds
from driftline.usecases.monitors.monitor_documents import find_document
from driftline.usecases.one_at_a_time import Clock, Turn
from driftline.usecases.ports import Events, ObjectStore, StateTable, Stores
from driftline.usecases.ports.retraining import RetrainingTargets, StartOrder, UncertainStartError
from driftline.usecases.retraining.ledgers import all_ledgers, ledger_turns, load_ledger
from driftline.usecases.retraining.retraining_asking import labelled_rows_of, placeholder_values, why_not
from driftline.usecases.retraining.retraining_ends import RunEnd, end_record, ended_run

type _Judge = Callable[[Ledger], Verdict]
type _Turn = Turn[Ledger]

_AT_ONCE = timedelta(0)

_LOOK = "Check at the target whether it is running. Nothing else starts until this one counts as ended."


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a message.

    Attributes:
        decision: None if there was nothing to decide.
        repeated: It was already answered.
    """

    endpoint: str
    id: str
    decision: Decision | None = None
    guard: str | None = None
    reason: str = ""
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Retrainer:
    """The use case with its ports.

    Attributes:
        stores: Opens the bucket of the captures, if it is another one.
        clock: Only shows whether a turn on the ledger has expired.
    """

    store: ObjectStore
    table: StateTable
    targets: RetrainingTargets
    events: Events
    stack: str
    clock: Clock
    kinds: Kinds
    stores: Stores

    def answer_alarm(self, alarm: AlarmChange, under_way: timedelta = _AT_ONCE) -> Answer:
        """Decides on an alarm's change, and starts a retraining if allowed.

        Args:
            under_way: How long after the change this delivery arrived: a run that starts now runs from now on.

        Raises:
            RetryLaterError: the target cannot do it now, or another message of the endpoint is being processed.
            StaleReadError: the message is to be delivered again.
        """
        id_, at = request_id(alarm), alarm.changed_at + under_way
        with self._turn_on(alarm.endpoint) as turn:
            decided = self._decided_long_ago(turn, id_, alarm.changed_at)
            return decided or self._answer(turn, id_, id_, at, lambda ledger: self._on_alarm(ledger, alarm, at))

    def answer_approval(self, approval: Approval, under_way: timedelta = _AT_ONCE) -> Answer:
        """Decides again, as of the approval, and starts a retraining if allowed. Arguments and errors as above."""
        id_, at = approval_id(approval), approval.at + under_way
        with self._turn_on(approval.endpoint) as turn:
            decided = self._decided_long_ago(turn, id_, approval.at)
            return decided or self._answer(
                turn, id_, approval.request, at, lambda ledger: self._on_approval(ledger, approval, at)
            )

    def note_end(self, end: RunEnd) -> Answer | None:
        """Releases the lease of a run; None if the run is unknown. Raises like answer_alarm."""
        found = self._ledger_of(end)
        if found is None:
            return None
        with self._turn_on(found.endpoint) as turn:
            run = ended_run(turn.state, end)
            if run is None:
                return None
            if run.ended_at is not None:
                self._report(turn)
                return Answer(found.endpoint, run.id, repeated=True)
            if run.unsettled:
                # It ends, so it started: the process that started it was interrupted before it could record it.
                self._settle(turn, run, Decision.STARTED, arn=end.arn)
                run = turn.state.run(run.id) or run
            ended = run.model_copy(update={"ended_at": end.at, "outcome": cut(end.outcome)})
            record = end_record(found.endpoint, ended, end, self._ownership(found.endpoint))
            turn.change(turn.state.with_run(ended).with_record(record))
            self._report(turn)
            return Answer(found.endpoint, run.id, reason=f"ended: {ended.outcome}")

    def _decided_long_ago(self, turn: _Turn, id_: str, asked_at: datetime) -> Answer | None:
        """The ledger forgets, the audit does not, and its records must not be overwritten."""
        if turn.state.knows(id_):
            return None
        found = self.store.find(decision_key(turn.state.endpoint, id_, asked_at))
        if found is None:
            return None
        try:
            record = AuditRecord.model_validate_json(found.body)
        except ValidationError:
            return Answer(turn.state.endpoint, id_, repeated=True)  # of a version that this one cannot read
        return Answer(record.endpoint, id_, record.decision, record.guard, record.reason, repeated=True)

    def _answer(self, turn: _Turn, id_: str, request: str, at: datetime, judge: _Judge) -> Answer:
        self._settle_lost(turn, at, unless=id_)
        repeated = turn.state.decision(id_) is not None
        if not repeated:
            run = turn.state.run(request)
            if run is not None and run.is_of(id_) and run.status is RunStatus.STARTING:
                self._start(turn, run.starting_at(at), again=True)
            else:
                # Nothing was sent for a mere reservation: it is decided as if it arrived for the first time.
                ledger = turn.state.without_run(request) if turn.state.reserves(id_) else turn.state
                verdict = judge(ledger)
                turn.change(verdict.applied(ledger))
                if verdict.run is not None:
                    self._start(turn, verdict.run, again=False)
        answer = _answer_of(turn.state, id_, repeated=repeated)
        self._report(turn)
        return answer

    def _on_alarm(self, ledger: Ledger, alarm: AlarmChange, at: datetime, approval: Approval | None = None) -> Verdict:
        document = find_document(self.store, alarm.endpoint, kinds=self.kinds)
        asked_at = approval.at if approval else alarm.changed_at
        request = request_id(alarm)
        id_ = approval_id(approval) if approval else request
        problem = why_not(document, alarm, self.stack)
        ownership = document.ownership if document else NOBODY
        draft = new_draft(id_, request, alarm, at, problem, approval, ownership)
        if problem or document is None or document.retraining is None:
            return Verdict(draft)
        settings = document.retraining

        @cache
        def count() -> LabelledRows:
            return labelled_rows_of(self.store, document, settings, alarm, asked_at)

        return decide(
            draft,
            Question(asked_at, at, request, ledger, settings, count),
            alarm,
            all_parameters(placeholder_values(self.store, self.stores, document, alarm), request, settings.parameters),
            approved=approval is not None,
            approve_command=f"driftline approve {alarm.endpoint} {request} --store {self.store.uri('').rstrip('/')}",
        )

    def _on_approval(self, ledger: Ledger, approval: Approval, at: datetime) -> Verdict:
        problem = approval_problem(ledger, approval)
        request = ledger.request(approval.request)
        if problem is None and request is not None:
            return self._on_alarm(ledger, request.alarm, at, approval)
        assert problem is not None
        draft = AuditRecord(
            id=approval_id(approval),
            request=approval.request,
            endpoint=approval.endpoint,
            monitor=request.alarm.monitor if request else "",
            alarm=request.alarm if request else None,
            decision=Decision.REFUSED,
            reason=problem.reason,
            at=approval.at,
            delivered_at=at,
            approved_by=cut(approval.by) or None,
            approval_reason=cut(approval.why) or None,
            ownership=self._ownership(approval.endpoint),
        )
        return refused(draft, problem)

    def _start(self, turn: _Turn, run: Run, *, again: bool) -> None:
        """Starts a reserved run, and records the result."""
        draft = run.draft
        assert draft is not None
        repeatable = self.targets.repeatable(run.target)
        if again and not repeatable:
            reason = (
                "The start was interrupted: it is unknown whether it reached the target, which is not called twice."
            )
            self._settle(turn, run, Decision.UNKNOWN, reason, _LOOK)
            return
        if again:
            turn.change(turn.state.with_run(run))  # from now on it may run, even if this delivery is interrupted, too
        token = start_token(turn.state.endpoint, run.id)
        order = StartOrder(
            run.id, token, turn.state.endpoint, run.target, draft.parameters, frozenset(run.own), draft.ownership
        )
        try:
            started = self.targets.start(order)
        except RetryLaterError:
            if not again:
                turn.change(turn.state.with_run(run.model_copy(update={"status": RunStatus.RESERVED})))
            raise
        except InvalidInputError as error:
            reason = f"{error.what}. {error.expected}".strip()
            if again:
                reason = f"An earlier attempt, whose answer was lost, may have started it. Then: {reason}"
                self._settle(turn, run, Decision.UNKNOWN, reason, _LOOK)
            else:
                self._settle(turn, run, Decision.FAILED, reason, error.mend)
        except UncertainStartError as error:
            if repeatable:
                raise RetryLaterError(error.what, where=error.where) from error
            self._settle(turn, run, Decision.UNKNOWN, error.what, _LOOK)
        else:
            sent = draft.model_copy(update={"parameters": dict(started.parameters)})
            self._settle(turn, run.model_copy(update={"draft": sent}), Decision.STARTED, arn=started.arn)

    def _settle(
        self, turn: _Turn, run: Run, decision: Decision, reason: str = "", mend: str = "", arn: str | None = None
    ) -> None:
        """Records the result of a start in the ledger. A failed start releases its reservation."""
        assert run.draft is not None
        changed: dict[str, object] = {"decision": decision, "run_arn": arn}
        if decision is not Decision.STARTED:
            changed |= {"reason": cut(reason), "mend": cut(mend), "guard": None}
        record = run.draft.model_copy(update=changed)
        if decision is Decision.FAILED:
            ledger = turn.state.without_run(run.id)
        else:
            status = RunStatus.STARTED if decision is Decision.STARTED else RunStatus.UNKNOWN
            settled = {"status": status, "arn": arn, "draft": None, "own": ()}
            ledger = turn.state.with_run(run.model_copy(update=settled))
        turn.change(ledger.with_record(record))

    def _settle_lost(self, turn: _Turn, at: datetime, unless: str) -> None:
        """Reserved starts whose message did not come again before their time was over.

        Args:
            unless: Id of the current decision: if nothing was sent for it yet, its message is not lost.
        """
        lost = turn.state.overdue(at, unless)
        for run in lost:
            if run.status is RunStatus.RESERVED:
                reason = "The target could not be reached before the time of the run was over."
                self._settle(turn, run, Decision.FAILED, reason, "The next alarm asks again.")
            else:
                reason = "The start was interrupted, and its message did not come again."
                self._settle(turn, run, Decision.UNKNOWN, reason, "Check at the target whether it ran.")
        if lost:
            self._report(turn)

    def _report(self, turn: _Turn) -> None:
        """Writes and sends decisions that are not yet reported."""
        records = turn.state.untold
        for record in records:
            body = record.model_dump_json(indent=2).encode()
            self.store.put(record.key, body, content_type="application/json")
            uri = self.store.uri(record.key)
            self.events.publish(record.event, record.detail(uri), [uri])
        turn.state = turn.state.with_reported(records)  # written when the turn ends

    def _ownership(self, endpoint: str) -> Ownership:
        """Whose endpoint it is; nobody's without a usable document."""
        document = find_document(self.store, endpoint, kinds=self.kinds)
        return document.ownership if document else NOBODY

    def _turn_on(self, endpoint: str) -> AbstractContextManager[_Turn]:
        return ledger_turns(self.table, self.clock).on(endpoint)

    def _ledger_of(self, end: RunEnd) -> Ledger | None:
        if end.endpoint is not None:
            ledger = load_ledger(end.endpoint, self.table)
            return ledger if ended_run(ledger, end) else None
        return next((ledger for ledger in all_ledgers(self.table) if ended_run(ledger, end)), None)


def _answer_of(ledger: Ledger, id_: str, *, repeated: bool) -> Answer:
    record = next((each for each in ledger.untold if isinstance(each, AuditRecord) and each.id == id_), None)
    if record is not None:
        return Answer(ledger.endpoint, id_, record.decision, record.guard, record.reason, repeated)
    decided = ledger.decision(id_)
    return Answer(ledger.endpoint, id_, decided.decision if decided else None, repeated=repeated)
