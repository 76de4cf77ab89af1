"""Batches of merged rows that do not cut a record in two."""

from driftline.kinds.model_quality.records import Batch, record_ids, whole_records


def batch(ids: str, first: int = 0) -> Batch:
    return {"inference_id": list(ids), "event_id": ["e"] * len(ids), "row": list(range(first, first + len(ids)))}


def test_the_last_record_of_a_batch_waits_for_the_rest_of_it() -> None:
    found = list(whole_records([batch("aabb"), batch("bccc", 4), batch("cc", 8), batch("d", 10)]))

    assert ["".join(record_ids(each)) for each in found] == ["aa", "bbb", "ccccc", "d"]
    assert [row for each in found for row in each["row"]] == list(range(11))


def test_a_record_may_fill_whole_batches() -> None:
    found = list(whole_records([batch("aa"), batch("aa", 2), batch("aab", 4)]))

    assert ["".join(record_ids(each)) for each in found] == ["aaaaaa", "b"]


def test_no_batches_stay_none() -> None:
    assert list(whole_records([])) == []


def test_without_an_inference_id_the_event_is_the_record() -> None:
    assert record_ids({"inference_id": ["", None, "x"], "event_id": ["e", "f", "g"]}) == ["e", "f", "x"]
