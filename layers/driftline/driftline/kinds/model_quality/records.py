"""Which merged rows come from one record, and batches that do not cut one in two."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

type Cells = Sequence[str | int | None]
type Batch = Mapping[str, Cells]


def record_ids(batch: Batch) -> list[str]:
    """Of each row: the inferenceId of its record, or its eventId."""
    return [str(inference or event) for inference, event in zip(batch["inference_id"], batch["event_id"], strict=True)]


def whole_records(batches: Iterable[Batch]) -> Iterator[Batch]:
    """The same rows; those of a record, which follow each other, are in one batch.

    The last record of a batch waits for the next one, where the rest of it may be.
    """
    waiting: Batch | None = None
    for each in batches:
        batch = each if waiting is None else {name: [*waiting[name], *cells] for name, cells in each.items()}
        ids = record_ids(batch)
        kept = len(ids)
        while kept and ids[kept - 1] == ids[-1]:
            kept -= 1
        waiting = {name: cells[kept:] for name, cells in batch.items()}
        if kept:
            yield {name: cells[:kept] for name, cells in batch.items()}
    if waiting is not None and len(waiting["event_id"]):
        yield waiting
