"""A comparison for machines."""

from driftline.presentation.headline import envelope_headline
from driftline.usecases.comparing.compare import DataComparison


def verdict_document(comparison: DataComparison) -> dict[str, object]:
    """Verdict, findings and notes, ready for JSON; fields are named as those of `driftline run --json`."""
    envelope, reference = comparison.envelope, comparison.reference
    return {
        "monitor": envelope.kind,
        "data": comparison.current,
        "baseline": reference.name,
        "status": envelope.status,
        "verdict": envelope.verdict,
        "reason": envelope.reason,
        "rows": envelope.rows,
        "evaluated_rows": envelope.evaluated_rows,
        "baseline_rows": reference.rows,
        "coverage": envelope.coverage,
        "violations": len(envelope.violations),
        "summary": envelope_headline(envelope),
        "headline": envelope.headline.model_dump(mode="json") if envelope.headline else None,
        "findings": [finding.model_dump(mode="json") for finding in envelope.findings],
        "notes": list(comparison.report.notes),
    }
