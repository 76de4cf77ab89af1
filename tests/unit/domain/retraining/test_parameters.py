"""Parameters and their placeholders."""

import pytest

from driftline.domain.documents.parse import InvalidDocumentError, parse_document
from driftline.domain.monitors.retraining import PLACEHOLDERS
from driftline.domain.retraining.parameters import all_parameters, filled
from driftline.kinds.registry import KINDS
from tests.retraining import document

VALUES = dict.fromkeys(PLACEHOLDERS, "x") | {"endpoint": "churn", "report": "s3://b/{endpoint}/"}


def test_a_value_is_filled_once_and_other_braces_stay() -> None:
    assert filled('{"e": "{endpoint}", "r": "{report}"} {} {Endpoint}', VALUES) == (
        '{"e": "churn", "r": "s3://b/{endpoint}/"} {} {Endpoint}'
    )


def test_what_has_no_value_is_not_given() -> None:
    given = all_parameters(VALUES | {"window_start": ""}, "r1", {"Empty": ""})
    assert "WindowStart" not in given
    # What the document wants empty stays so
    assert (given["Empty"], given["RetrainingId"]) == ("", "r1")


def test_a_placeholder_with_a_typo_is_an_error_of_the_document() -> None:
    text = document("parameters: {Report: '{reports}'}").decode()
    with pytest.raises(InvalidDocumentError, match=r"the placeholder \{reports\} of the parameter Report.*\{report\}"):
        parse_document(text, where="monitors/churn.yaml", model=KINDS.document)
