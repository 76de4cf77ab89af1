"""The baseline of a run: its data set's files, each profiled alone, and what follows from their profiles."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from driftline.domain.backfill.keys import failed_key, file_profile_key
from driftline.domain.backfill.plan import DataSetPlan, Item, Plan, step_of
from driftline.domain.errors import InvalidInputError, ObjectNotFoundError, StaleReadError
from driftline.presentation.text import count
from driftline.usecases.backfill.outcome import conclude
from driftline.usecases.backfill.work_batch import Work
from driftline.usecases.baselines.data_set import StoredDataSet
from driftline.usecases.baselines.datasets.csv_files import CsvShape
from driftline.usecases.baselines.datasets.file_profile import FileProfile, profile_file
from driftline.usecases.baselines.datasets.files import DataSetReading
from driftline.usecases.baselines.suggest_baseline import stored_data_set, suggest_baseline
from driftline.usecases.baselines.uploads import Reading
from driftline.usecases.ports import ObjectStore, ObjectSummary
from driftline.usecases.side_by_side import side_by_side

_AT_ONCE = 4
"""Profiles that are fetched at once: one of many columns has some megabytes."""


def baseline_work(plan: Plan, batch: str, *, reading: Reading) -> Work:
    """Profiles a file, or suggests the baseline, by the batch's step."""
    assert plan.data_set is not None
    of = plan.data_set
    if step_of(batch) == "suggest":
        return lambda _: _suggest(plan, of, reading)
    data = stored_data_set(reading.store, plan.endpoint, of.monitor, reading.tables)
    return lambda item: _profile(plan, of, item, data)


def _profile(plan: Plan, of: DataSetPlan, item: Item, data: StoredDataSet) -> Mapping[str, int]:
    """
    Raises:
        InvalidInputError: the file cannot be read.
        StaleReadError: it is not the version that was planned.
    """
    profile = _known(plan, of, item, data.store) or _read(plan, of, item, data)
    return {"data files": 1, "data rows": profile.table.rows}


def _known(plan: Plan, of: DataSetPlan, item: Item, store: ObjectStore) -> FileProfile | None:
    """Of an earlier run over other files, too. One that cannot be read is made again."""
    key = _key(plan, of, item)
    found = store.find(key)
    try:
        return FileProfile.from_bytes(found.body, key) if found else None
    except InvalidInputError:
        return None


def _read(plan: Plan, of: DataSetPlan, item: Item, data: StoredDataSet) -> FileProfile:
    shape = None if of.names is None else CsvShape(of.names, of.header)
    reading = DataSetReading(data.options, of.kind, shape)
    profile = profile_file(data.store, item.key, data.tables, reading, lambda _: None)
    if data.store.etag(item.key) != item.etag:
        raise _changed(plan, data.store.uri(item.key))
    data.store.put(_key(plan, of, item), profile.to_bytes())
    return profile


def _key(plan: Plan, of: DataSetPlan, item: Item) -> str:
    return file_profile_key(plan.endpoint, of.monitor, of.digest, item.marker)


def _suggest(plan: Plan, of: DataSetPlan, reading: Reading) -> Mapping[str, int]:
    """
    Raises:
        InvalidInputError: not all files were profiled, or the baseline cannot be made of them.
    """
    outcome = conclude(plan, reading.store)
    lacking = plan.files.items - outcome.done["files"]
    if lacking:
        raise InvalidInputError(
            f"{count(lacking, 'file')} could not be read, so no baseline is suggested",
            where=reading.store.uri(failed_key(plan.id)),
            mend="Correct or remove them, and run `driftline backfill --baseline` again: what was read is kept.",
        )
    suggested = suggest_baseline(
        plan.endpoint,
        of.monitor,
        store=reading.store,
        tables=reading.tables,
        operators=reading.operators,
        kinds=reading.kinds,
        predictor=reading.predictor,
        explaining=reading.explaining,
        profiled=_ProfiledFiles(plan, of, reading.store),
    )
    return {"baseline rows": suggested.rows, "baseline files": len(suggested.files), "kept files": len(suggested.kept)}


@dataclass(frozen=True, slots=True)
class _ProfiledFiles:
    """`Profiled` of a run."""

    plan: Plan
    data_set: DataSetPlan
    store: ObjectStore

    @property
    def assumed(self) -> Sequence[str]:
        return [self.data_set.assumed] if self.data_set.assumed else []

    def of(self, files: Sequence[ObjectSummary], stated: str | None) -> Iterable[FileProfile]:
        """Raises InvalidInputError: the data set is not the one that was planned."""
        items = [Item(each.key, each.size, each.etag) for each in files]
        if stated != self.data_set.format or len(items) != self.plan.files.items:
            raise _changed(self.plan, self.store.uri(files[0].key))
        return _Stored(self.plan, self.data_set, items, self.store)


@dataclass(frozen=True, slots=True)
class _Stored:
    """Profiles in the store, read when they are needed."""

    plan: Plan
    data_set: DataSetPlan
    items: Sequence[Item]
    store: ObjectStore

    def __iter__(self) -> Iterator[FileProfile]:
        keys = [_key(self.plan, self.data_set, item) for item in self.items]
        try:
            for key, body in zip(keys, side_by_side(lambda key: self.store.get(key).body, keys, _AT_ONCE), strict=True):
                yield FileProfile.from_bytes(body, self.store.uri(key))
        except ObjectNotFoundError as error:
            raise _changed(self.plan, error.where) from None


def _changed(plan: Plan, where: str) -> StaleReadError:
    return StaleReadError(
        "the data set is not the one that was planned",
        where=where,
        mend=f"Run `driftline backfill --baseline --endpoint {plan.endpoint}` again, without --resume.",
    )
