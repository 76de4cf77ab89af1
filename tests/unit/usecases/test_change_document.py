"""Several writers change one document, and none loses what another has written."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import override

import pytest

from driftline.adapters.folder.store import FolderStore
from driftline.domain.documents.parse import InvalidDocumentError
from driftline.domain.documents.positions import read_yaml
from driftline.domain.errors import InvalidInputError, ObjectNotFoundError, StaleReadError
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.kinds.registry import KINDS
from driftline.usecases.monitors.change_document import remove_monitor, set_monitor
from tests.fakes import InMemoryStore

KEY = "monitors/shop.yaml"
DOCUMENT = b"""endpoint: shop
monitors:
  # Drift.
  data_quality: {}
  # Errors.
  model_quality: {problem_type: Regression, inference_attribute: 0}
"""


def fields(**stated: object) -> Callable[[ScheduledMonitor | None], Mapping[str, object]]:
    return lambda _: stated


class Contended(InMemoryStore):
    """Somebody else writes between a read and the write that follows, as often as there are texts."""

    def __init__(self, *others: bytes) -> None:
        super().__init__(objects={KEY: DOCUMENT})
        self.others = list(others)

    @override
    def put_if_unchanged(
        self, key: str, body: bytes, since: str | None, *, content_type: str = "application/octet-stream"
    ) -> bool:
        if self.others:
            self.objects[key] = self.others.pop(0)
        return super().put_if_unchanged(key, body, since, content_type=content_type)


def test_a_change_in_between_is_kept() -> None:
    store = Contended(
        DOCUMENT.replace(b"# Errors.", b"# Errors, by another.").replace(
            b"data_quality: {}", b"data_quality: {top_features: 7}"
        )
    )

    written = set_monitor(store, "shop", "data_quality", fields(schedule="rate(1 day)"), kinds=KINDS)

    assert b"# Errors, by another." in store.objects[KEY]
    assert b'{top_features: 7, schedule: "rate(1 day)"}' in store.objects[KEY]
    assert written.monitors.by_name()["data_quality"].schedule == "rate(1 day)"


def test_a_change_that_is_refused_by_what_came_in_between_is_not_written() -> None:
    other = DOCUMENT.replace(b"data_quality: {}", b"data_quality: {enabled: false}")

    def change(there: ScheduledMonitor | None) -> Mapping[str, object]:
        if there is not None and not there.enabled:
            raise InvalidInputError("stopped")
        return {"schedule": "rate(1 day)"}

    store = Contended(other)
    with pytest.raises(InvalidInputError, match="stopped"):
        set_monitor(store, "shop", "data_quality", change, kinds=KINDS)
    assert store.objects[KEY] == other


def test_who_never_gets_through_is_told_so() -> None:
    store = Contended(*(DOCUMENT + b"# %d\n" % number for number in range(20)))
    with pytest.raises(StaleReadError, match="others kept changing the document"):
        set_monitor(store, "shop", "data_quality", fields(enabled=False), kinds=KINDS)


def test_writers_side_by_side_all_get_through(tmp_path: Path) -> None:
    (tmp_path / "monitors").mkdir()
    (tmp_path / KEY).write_bytes(DOCUMENT)
    wanted = [("data_quality", "top_features", 7), ("data_quality", "schedule", "rate(1 day)")]
    wanted += [("model_quality", "tolerance", 0.5), ("model_quality", "schedule", "rate(2 days)")]
    with ThreadPoolExecutor(4) as pool:
        for _ in pool.map(
            lambda each: set_monitor(FolderStore(tmp_path), "shop", each[0], fields(**{each[1]: each[2]}), kinds=KINDS),
            wanted,
        ):
            pass
    monitors = KINDS.document.model_validate(read_yaml((tmp_path / KEY).read_text()).value).monitors.by_name()
    assert {(name, field, getattr(monitors[name], field)) for name, field, _ in wanted} == set(wanted)
    assert [line.strip() for line in (tmp_path / KEY).read_text().splitlines() if "#" in line] == [
        "# Drift.",
        "# Errors.",
    ]


def test_two_who_create_the_document_both_have_their_monitor() -> None:
    store = Contended(DOCUMENT.replace(b"  data_quality: {}\n", b""))
    del store.objects[KEY]
    set_monitor(store, "shop", "data_quality", fields(), kinds=KINDS)
    assert b"model_quality" in store.objects[KEY]
    assert b"data_quality: {}" in store.objects[KEY]


def test_an_invalid_value_is_refused_with_its_line() -> None:
    store = InMemoryStore(objects={KEY: DOCUMENT})
    with pytest.raises(InvalidDocumentError, match=r"line 4.*monitors\.data_quality\.schedule"):
        set_monitor(store, "shop", "data_quality", fields(schedule="cron(sometimes)"), kinds=KINDS)
    assert store.objects == {KEY: DOCUMENT}


def test_a_document_with_errors_is_not_edited() -> None:
    store = InMemoryStore(objects={KEY: DOCUMENT + b"watched: {}\n"})
    with pytest.raises(InvalidDocumentError, match="watched"):
        set_monitor(store, "shop", "data_quality", fields(enabled=False), kinds=KINDS)


def test_one_monitor_goes_and_the_others_stay() -> None:
    store = InMemoryStore(objects={KEY: DOCUMENT})
    assert remove_monitor(store, "shop", "data_quality", kinds=KINDS) is None
    assert store.objects[KEY] == DOCUMENT.replace(b"  data_quality: {}\n", b"")


def test_the_last_monitor_takes_the_document_along_which_is_kept() -> None:
    alone = DOCUMENT.replace(b"  data_quality: {}\n", b"")
    store = InMemoryStore(objects={KEY: alone})
    kept = remove_monitor(store, "shop", "model_quality", kinds=KINDS)
    assert str(kept).startswith(f"{KEY}.deleted-")
    assert store.objects == {kept: alone}
    with pytest.raises(ObjectNotFoundError):
        remove_monitor(store, "shop", "model_quality", kinds=KINDS)


def test_documents_that_were_kept_before_stay() -> None:
    alone = DOCUMENT.replace(b"  data_quality: {}\n", b"")
    other = b"# Again.\n" + alone
    store = InMemoryStore()
    kept = []
    for body in (alone, other, alone):
        store.put(KEY, body)
        kept.append(remove_monitor(store, "shop", "model_quality", kinds=KINDS))
    assert kept[0] == kept[2] != kept[1]
    assert store.objects == {kept[0]: alone, kept[1]: other}
