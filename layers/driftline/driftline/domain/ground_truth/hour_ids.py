"""The join ids of a capture file, gathered by UTC hour of inference time."""

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from driftline.domain.capture.blocks import Block
from driftline.domain.ground_truth.join_ids import STORED, Hashes, join_hashes
from driftline.domain.windows import HOUR, floor_to


@dataclass
class HourIds:
    """Takes blocks as they are read; keeps eight bytes per record."""

    _hashes: dict[datetime, list[Hashes]] = field(default_factory=dict)

    def add(self, block: Block) -> None:
        """The join id of a record is its inferenceId, otherwise its eventId; a record counts with its first row."""
        records = (
            [record for record, index in zip(block.records, block.indexes, strict=True) if index == 0]
            if block.indexes
            else block.records
        )
        ids = [record.eventMetadata.inferenceId or record.eventMetadata.eventId for record in records]
        named = ids if all(ids) else [each for each in ids if each]
        if named:
            self._hashes.setdefault(floor_to(block.slot, HOUR), []).append(join_hashes(named))

    def of(self, hour: datetime) -> bytes:
        """The hour's hashes as stored in HourProfile; a record that occurs twice is in it twice."""
        hashes = self._hashes.get(hour)
        if not hashes:
            return b""
        return np.sort(np.concatenate(hashes)).astype(STORED).tobytes()
