"""Families of features by their names."""

from driftline.presentation.families import families


def test_numbered_names_are_a_family() -> None:
    names = ["lag_1", "lag_2", "lag_10", "age"]
    assert families(names) == dict.fromkeys(names[:3], "lag_…")


def test_one_hot_columns_share_their_first_word() -> None:
    names = ["job_admin.", "job_blue-collar", "job=student", "default", "cons.price.idx", "cons.conf.idx"]
    assert families(names) == dict.fromkeys(names[:3], "job…")


def test_a_name_that_comes_twice_is_one_member() -> None:
    assert families(["f_1", "f_1", "f_2"]) == {}
