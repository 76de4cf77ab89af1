"""out.csv and baseline.csv: written as Clarify writes them, read back, and refused if damaged."""

import numpy as np
import pytest

from driftline.domain.errors import InvalidInputError
from driftline.kinds.model_explainability.rules.local_values import (
    LocalValues,
    header_of,
    lines_of,
    read_baseline,
    read_local_values,
    write_baseline,
    write_local_values,
)

PHI = np.array([[[0.1, 1.0], [-0.25, 2.0]], [[1e-20, 3.0], [0.0, 4.0]], [[1 / 3, 5.0], [2.0, 6.0]]])
"""Three rows, two features, two outputs."""


def test_the_layout_of_one_label_is_clarifys() -> None:
    body = write_local_values(LocalValues(("Age", "fnl,wgt"), ("label0",), PHI[:, :, :1]))

    assert body.decode() == 'Age_label0,"fnl,wgt_label0"\n0.1,-0.25\n1e-20,0.0\n0.3333333333333333,2.0\n'


@pytest.mark.parametrize("labels", [("label0", "label1"), ("no", "un_no"), ("1", "0")])
def test_what_is_written_can_be_read(labels: tuple[str, str]) -> None:
    body = write_local_values(LocalValues(("age", "net_un"), labels, PHI))

    found = read_local_values(body, labels, ("age", "net_un"))

    assert (found.features, found.labels) == (("age", "net_un"), labels)
    np.testing.assert_array_equal(found.attributions, PHI)


def test_without_the_features_the_longest_label_counts() -> None:
    found = read_local_values(b"age_no,age_un_no\n1,2\n", ("no", "un_no"))

    assert (found.features, found.attributions.tolist()) == (("age",), [[[1.0, 2.0]]])


def test_columns_may_alternate_between_labels() -> None:
    found = read_local_values(b"a_x,a_y,b_x,b_y\n1,2,3,4\n", ("x", "y"))

    assert found.attributions.tolist() == [[[1.0, 2.0], [3.0, 4.0]]]


def test_written_piece_by_piece_it_is_the_same_file() -> None:
    pieces = header_of(("a", "b"), ("x", "y")) + "".join(lines_of(PHI[i : i + 1]) for i in range(3))

    assert pieces.encode() == write_local_values(LocalValues(("a", "b"), ("x", "y"), PHI))


def test_no_rows() -> None:
    assert read_local_values(b"a_label0,b_label0\n").attributions.shape == (0, 2, 1)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "an empty file"),
        (b"a,b\n1,2\n", "no columns of label0"),
        (b"a_label0,b_label0\n1\n", "line 2 is not as long as the header: 1, not 2"),
        (b"a_label0\nhigh\n", "not a number"),
        (b'a_label0\n"1\n', "not CSV"),
        (b"\xff\xfe", "codec"),
    ],
)
def test_damaged_files(body: bytes, what: str) -> None:
    with pytest.raises(InvalidInputError, match=what):
        read_local_values(body)


def test_labels_with_other_features() -> None:
    with pytest.raises(InvalidInputError, match="other features for each label"):
        read_local_values(b"a_x,b_y\n1,2\n", ("x", "y"))


def test_baseline_rows() -> None:
    body = write_baseline(("age", "job"), [[39.5, "clerk, senior"], [np.float64(2.0), None], [float("nan"), 1]])

    assert body.decode() == 'age,job\n39.5,"clerk, senior"\n2.0,\n,1\n'
    assert read_baseline(body) == (("age", "job"), [["39.5", "clerk, senior"], ["2.0", ""], ["", "1"]])
