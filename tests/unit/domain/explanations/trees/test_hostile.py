"""Damaged files give a clear error, or a forest that works: nothing else, and no endless loop."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.trees.model_file import read_forest
from driftline.domain.explanations.trees.tree_shap import tree_shap
from tests.fuzz import examples
from tests.tree_models import archive, classes, json_of, lightgbm_model, table, text_of, ubj_of, xgboost_model

ROWS = table(200)
FORMS = ("json", "ubj", "text", "tar", "tar.gz")


@cache
def body_of(form: str) -> bytes:
    booster = xgboost_model(ROWS, classes(ROWS, 2), 2, objective="binary:logistic", max_depth=3)
    match form:
        case "json":
            return json_of(booster)
        case "ubj":
            return ubj_of(booster)
        case "text":
            return text_of(lightgbm_model(ROWS, classes(ROWS, 2), 2, objective="binary", num_leaves=6))
        case "tar":
            return archive({"notes.txt": b"hello", "xgboost-model": ubj_of(booster)}, "w")
        case _:
            return archive({"notes.txt": b"hello", "xgboost-model": ubj_of(booster)})


def survives(body: bytes) -> bool:
    """Whether there is a forest, which then works."""
    try:
        forest = read_forest(body, "model")
    except InvalidInputError:
        return False
    rows = np.zeros((3, forest.features))
    rows[1] = np.nan
    rows[2] = 1e9
    with np.errstate(all="ignore"):
        found = tree_shap(forest, rows)
    assert found.values.shape == (3, forest.features, forest.outputs)
    return True


@pytest.mark.parametrize("form", FORMS)
def test_whole_files_survive_and_cut_ones_do_not(form: str) -> None:
    """Given every cut of the first kilobyte, and 200 more, then there is an error, until only the end's rest is missing."""
    body = body_of(form)
    assert survives(body)
    cuts = [*range(min(1_000, len(body))), *range(1_000, len(body), max(1, len(body) // 200))]
    kept = [cut for cut in cuts if survives(body[:cut])]
    # Behind the trees of a text come settings, behind the files of an archive empty blocks; the rest is needed.
    needed = {"json": 1, "ubj": 1, "text": body.find(b"end of trees") / len(body), "tar": 0.3, "tar.gz": 0.9}
    assert all(cut >= needed[form] * len(body) for cut in kept)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=examples(150), deadline=None)
@given(data=st.data())
def test_flipped_bytes(form: str, data: st.DataObject) -> None:
    body = bytearray(body_of(form))
    for place in data.draw(st.lists(st.integers(0, len(body) - 1), min_size=1, max_size=4)):
        body[place] = data.draw(st.integers(0, 255))
    survives(bytes(body))


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=examples(50), deadline=None)
@given(data=st.data())
def test_pieces_moved_doubled_or_lost(form: str, data: st.DataObject) -> None:
    body = body_of(form)
    first, second = sorted(data.draw(st.tuples(*[st.integers(0, len(body))] * 2)))
    way = data.draw(st.sampled_from(["lost", "doubled", "last", "zeros"]))
    piece = {"lost": b"", "doubled": body[first:second] * 2, "last": b"", "zeros": bytes(second - first)}[way]
    survives(body[:first] + piece + body[second:] + (body[first:second] if way == "last" else b""))


@pytest.mark.parametrize("form", ["json", "text"])
@settings(max_examples=examples(150), deadline=None)
@given(data=st.data())
def test_other_numbers(form: str, data: st.DataObject) -> None:
    """Given numbers of a text that are others, which damages its meaning more often than its syntax."""
    parts = body_of(form).decode().split("," if form == "json" else " ")
    new = st.sampled_from(
        ["-1", "0", "1", "2147483647", "-2147483648", "1e308", "1e400", "nan", "NaN", "inf", "9" * 30]
    )
    for place in data.draw(st.lists(st.integers(0, len(parts) - 1), min_size=1, max_size=3)):
        parts[place] = data.draw(new)
    survives(("," if form == "json" else " ").join(parts).encode())


@settings(max_examples=examples(200), deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"{", b'{"learner":', b"{L\0\0\0\0\0\0\0\7learner", b"tree\n", b"\x1f\x8b"]),
)
def test_anything(body: bytes, head: bytes) -> None:
    assert not survives(head + body)
