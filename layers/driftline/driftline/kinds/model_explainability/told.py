"""What is told of a window's attributions: findings for people, and the entries of constraint_violations.json."""

from collections.abc import Iterator

from driftline.domain.executions.finding import Finding
from driftline.domain.explanations.surrogate import FIDELITY
from driftline.kinds.model_explainability.rules.ndcg import THRESHOLD
from driftline.kinds.model_explainability.rules.sentences import drift_sentence
from driftline.kinds.model_explainability.rules.summary import Fidelity, OutputSummary
from driftline.kinds.model_explainability.rules.violations import (
    CHECK,
    AttributionViolation,
    AttributionViolations,
    description,
)
from driftline.kinds.model_explainability.verdict import Policy, Verdict, changed, decides

FIDELITY_CHECK = "surrogate_fidelity_check"
"""The constraint_check_type of a surrogate that no longer repeats the model, which SageMaker does not have."""

MODEL = "model"
"""The subject of what is said of the model as a whole."""


def findings_of(verdict: Verdict, policy: Policy, fidelity: Fidelity | None, rows: int) -> tuple[Finding, ...]:
    """Violations: a surrogate that no longer fits, then what moved, output by output."""
    found = [] if fidelity is None or not changed(fidelity) else [_unfaithful(fidelity, rows)]
    if verdict.judged_rows and not found:
        found += _moved(verdict, policy)
    return tuple(found)


def violations_of(findings: tuple[Finding, ...], verdict: Verdict) -> AttributionViolations:
    """SageMaker's file, with its words where its rule decides."""
    labels = {each.label for each in verdict.outputs}
    return AttributionViolations(
        violations=tuple(
            AttributionViolation(
                label=each.subject if each.subject in labels else "",
                constraint_check_type=each.check,
                description=each.description,
            )
            for each in findings
            if each.violation
        )
    )


def _moved(verdict: Verdict, policy: Policy) -> Iterator[Finding]:
    alone = len(verdict.outputs) == 1
    for output, violated in decides(policy, verdict):
        if not violated:
            continue
        if policy.rule == "sagemaker":
            assert output.ndcg is not None  # it is below its limit
            yield Finding(
                subject=output.label,
                check=CHECK,
                description=description(output.ndcg),
                figure="ndcg",
                observed=output.ndcg,
                required=THRESHOLD,
                side="at_least",
                n=verdict.judged_rows,
            )
            continue
        yield _drift(output, policy, verdict, alone=alone)


def _drift(output: OutputSummary, policy: Policy, verdict: Verdict, *, alone: bool) -> Finding:
    named = tuple(each.name for each in output.features if each.named)
    if output.auc is None:
        return Finding(
            subject=output.label,
            check=CHECK,
            description="Feature attribution drift: a surrogate of the window explains it otherwise than the baseline",
            figure="distance",
            n=verdict.judged_rows,
            method="surrogates",
            certain=True,
            values=named,
            distinct=len(named),
            sentence=drift_sentence(output, alone=alone),
        )
    return Finding(
        subject=output.label,
        check=CHECK,
        description=f"Feature attribution drift: AUC {output.auc} is above the threshold {policy.smallest_auc}",
        figure="auc",
        observed=output.auc,
        required=policy.smallest_auc,
        side="at_most",
        method="classifier_two_sample_test",
        interval=output.auc_interval,
        n=verdict.judged_rows,
        p_value=output.p_value,
        certain=True,
        values=named,
        distinct=len(named),
        sentence=drift_sentence(output, alone=alone),
    )


def _unfaithful(fidelity: Fidelity, rows: int) -> Finding:
    known = fidelity.r2 if fidelity.carried_r2 is None else fidelity.carried_r2
    return Finding(
        subject=MODEL,
        check=FIDELITY_CHECK,
        description=f"Surrogate fidelity {known} is below the threshold {FIDELITY}",
        figure="fidelity",
        observed=known,
        required=FIDELITY,
        side="at_least",
        n=rows,
        baseline=fidelity.baseline_r2,
        certain=True,
        sentence=(
            "The model has changed: the trees that repeated its answers at the baseline no longer do "
            f"(R² {known:.2f}, at the baseline {fidelity.baseline_r2:.2f})."
        ),
    )
