"""From a request to a decision: pure, so that any order of alarms can be tested."""

from dataclasses import dataclass
from datetime import datetime

from driftline.domain.instants import format_instant
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.fields import format_offset
from driftline.domain.monitors.ownership import NOBODY, Ownership
from driftline.domain.monitors.retraining import Target
from driftline.domain.retraining.audit import AuditRecord, Decision, Figure, Finding, TargetRecord
from driftline.domain.retraining.guards import Question, asked_for, look
from driftline.domain.retraining.ledger import Ledger, Request, Run, RunStatus, longest_of
from driftline.domain.retraining.request import AlarmChange, Approval, cut

RETRAIN = "retrain"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision, or a start to be attempted.

    Attributes:
        record: The audit record; for a start the draft, which already says `started`.
        run: What to start; None for nothing.
    """

    record: AuditRecord
    run: Run | None = None
    waiting: Request | None = None

    def applied(self, ledger: Ledger) -> Ledger:
        if self.run is not None:
            return ledger.with_run(self.run)
        if self.waiting is not None:
            ledger = ledger.with_request(self.waiting)
        return ledger.with_record(self.record)


def problem_of(document: MonitorDocument | None, alarm: AlarmChange, label_of_alarm: str | None) -> str:
    """Why the document does not request a retraining for this alarm; empty if it does.

    Args:
        label_of_alarm: Label of the document's alarm with this alarm's name; None if there is none.
    """
    if document is None:
        return "The endpoint has no readable monitor document."
    if document.retraining is None:
        return "The monitor document no longer has a retraining section."
    monitor = document.monitors.by_name().get(alarm.monitor)
    if monitor is None or not monitor.enabled:
        return f"The monitor document no longer has an enabled monitor {cut(alarm.monitor)}."
    found = next((each for each in monitor.alarms if each.label == label_of_alarm), None)
    if found is None:
        return f"The monitor document no longer has the alarm {cut(alarm.label)!r} of {alarm.monitor}."
    if RETRAIN not in found.actions:
        return f"The alarm {cut(alarm.label)!r} of {alarm.monitor} does not have the action {RETRAIN}."
    return ""


def target_record(target: Target) -> TargetRecord:
    if target.pipeline is not None:
        return TargetRecord(kind="pipeline", name=target.pipeline)
    if target.state_machine is not None:
        return TargetRecord(kind="state_machine", name=target.state_machine)
    if target.function is not None:
        return TargetRecord(kind="function", name=target.function)
    return TargetRecord(kind="event", name="Retraining Requested")


def refused(draft: AuditRecord, finding: Finding, mend: str = "") -> Verdict:
    """A refusal by one guard, after those in the draft."""
    return Verdict(
        draft.model_copy(
            update={
                "decision": Decision.REFUSED,
                "guard": finding.guard,
                "reason": finding.reason,
                "guards": (*draft.guards, finding),
                "mend": mend,
            }
        )
    )


def decide(
    draft: AuditRecord,
    question: Question,
    alarm: AlarmChange,
    parameters: dict[str, str],
    *,
    approved: bool,
    approve_command: str,
) -> Verdict:
    """Checks the guards, then whether it is a dry run and whether a person has to approve.

    Args:
        draft: The record so far; its guards begin with `asked_for`.
        approved: A person has approved it.
    """
    settings, at = question.settings, question.at
    target = target_record(settings.target)
    draft = draft.model_copy(update={"target": target, "parameters": parameters})
    for finding in look(question):
        if not finding.passed:
            return refused(draft, finding)
        draft = draft.model_copy(update={"guards": (*draft.guards, finding)})
    what = f"{target.kind.replace('_', ' ')} {target.name}"
    if settings.dry_run:
        finding = Finding(
            guard="dry_run", passed=False, reason=f"Dry run: nothing was started; otherwise {what} would have been."
        )
        return _decided(draft, Decision.DRY_RUN, finding)
    if settings.approval == "manual" and not approved:
        return _ask(draft, question, alarm, approve_command)
    run = Run(
        id=question.request,
        at=at,
        asked_at=question.asked_at,
        until=longest_of(settings.longest_run, at),
        monitor=draft.monitor,
        status=RunStatus.STARTING,
        target=target,
        own=tuple(sorted(settings.parameters)),
    )
    record = draft.model_copy(update={"decision": Decision.STARTED, "reason": f"All guards agree: {what} was started."})
    return Verdict(record, run=run.model_copy(update={"draft": record}))


def approval_problem(ledger: Ledger, approval: Approval) -> Finding | None:
    """Why this approval has no effect; None if it has."""
    request = ledger.request(approval.request)
    figures: dict[str, Figure] = {"request": approval.request, "at": format_instant(approval.at)}
    if request is None:
        reason = "The approved retraining was never requested, or it was long ago."
    elif request.started:
        run = ledger.run(request.id)
        reason = f"It was approved before{f', and started at {format_instant(run.at)}' if run else ''}."
    elif approval.at >= request.expires_at:
        reason = f"The approval is too late: the request expired at {format_instant(request.expires_at)}."
    else:
        return None
    return Finding(guard="approval", passed=False, reason=reason, figures=figures)


def _ask(draft: AuditRecord, question: Question, alarm: AlarmChange, command: str) -> Verdict:
    at, settings = question.at, question.settings
    waiting = question.ledger.waiting(at)
    if waiting is not None:
        reason = (
            f"The request {waiting.id} waits for approval until {format_instant(waiting.expires_at)}; "
            "only one can wait at a time."
        )
        finding = Finding(guard="approval", passed=False, reason=reason, figures={"waiting": waiting.id})
        return refused(draft, finding)
    expires = longest_of(settings.approval_expires, at)
    request = Request(id=question.request, alarm=alarm, asked_at=question.asked_at, expires_at=expires)
    reason = f"A person must approve it within {format_offset(expires - at)}, by {format_instant(expires)}."
    finding = Finding(guard="approval", passed=False, reason=reason, figures={"expires_at": format_instant(expires)})
    verdict = _decided(draft, Decision.AWAITING_APPROVAL, finding)
    record = verdict.record.model_copy(update={"approve": command, "expires_at": expires, "mend": f"Run {command}"})
    return Verdict(record, waiting=request)


def _decided(draft: AuditRecord, decision: Decision, finding: Finding) -> Verdict:
    return Verdict(
        draft.model_copy(
            update={
                "decision": decision,
                "guard": finding.guard,
                "reason": finding.reason,
                "guards": (*draft.guards, finding),
            }
        )
    )


def new_draft(
    id_: str,
    request: str,
    alarm: AlarmChange,
    at: datetime,
    problem: str,
    approval: Approval | None = None,
    ownership: Ownership = NOBODY,
) -> AuditRecord:
    """A record with the first guard's result; it says `refused` until something else is decided.

    Args:
        at: When the request was delivered.
        ownership: Whose endpoint it is.
    """
    asked_at = approval.at if approval else alarm.changed_at
    finding = asked_for(asked_at, problem, {"alarm": cut(alarm.name)})
    return AuditRecord(
        id=id_,
        request=request,
        endpoint=alarm.endpoint,
        monitor=alarm.monitor,
        decision=Decision.REFUSED,
        reason=finding.reason,
        guard=None if finding.passed else finding.guard,
        guards=(finding,),
        at=asked_at,
        delivered_at=at,
        alarm=alarm,
        approved_by=cut(approval.by) if approval and approval.by else None,
        approval_reason=cut(approval.why) if approval and approval.why else None,
        ownership=ownership,
    )
