"""The labels of hours of inferences, and their ground truth files.

A label set of an hour says: this version of this ground truth file has these labels. That does not depend on
the writer or on what is captured, so sets are only added; those of a replaced file are removed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

import numpy as np

from driftline.domain.ground_truth import keys
from driftline.domain.ground_truth.horizon import days_of, may_belong
from driftline.domain.ground_truth.join_ids import Hashes, among, sorted_unique
from driftline.domain.ground_truth.keys import VariantHour
from driftline.domain.ground_truth.stored_labels import LabelSet
from driftline.usecases.ground_truth.inference_index import captured_hours, find_hours
from driftline.usecases.ports import ObjectStore
from driftline.usecases.side_by_side import side_by_side


@dataclass(frozen=True, slots=True)
class LabelFile:
    """One version of a ground truth file, and the hours with its labels."""

    endpoint: str
    digest: str
    known: LabelSet

    def match_captures(self, store: ObjectStore, labels: LabelSet, max_label_delay: timedelta) -> int:
        """Writes labels to the hours of their inferences; returns how many matched."""
        hour = self.known.hour
        candidates = captured_hours(store, self.endpoint, list(days_of(hour, max_label_delay)))
        hours = [each for each in candidates if may_belong(hour, each.at.hour, max_label_delay)]
        hashes = labels.hashes()
        found = find_hours(store, self.endpoint, np.unique(hashes), hours, hour)
        self.put_found(store, labels, found)
        return int(np.count_nonzero(among(hashes, sorted_unique(list(found.values())))))

    def put_found(self, store: ObjectStore, labels: LabelSet, found: Mapping[VariantHour, Hashes]) -> None:
        """Writes labels to the hours in which their ids were found."""
        for at in sorted(found):
            put_labels(store, self.endpoint, at, self.digest, labels.only(found[at]))

    def hours(self, store: ObjectStore) -> tuple[VariantHour, ...]:
        """All hours that ever had labels of this file."""
        return hours_of_file(store, self.endpoint, self.digest)

    def drop_other_versions(self, store: ObjectStore) -> tuple[VariantHour, ...]:
        """Removes the labels of earlier versions of the file; returns all affected hours."""
        for key in sets_of_file(store, self.endpoint, self.digest):
            if keys.parse_hour_labels_key(key)[1] != self.known.version:
                store.delete(key)
        return self.hours(store)

    def drop_own_version(self, store: ObjectStore) -> None:
        """Removes the labels of this version, which was replaced meanwhile."""
        for key in sets_of_file(store, self.endpoint, self.digest):
            if keys.parse_hour_labels_key(key)[1] == self.known.version:
                store.delete(key)

    def matched(self, store: ObjectStore) -> Hashes:
        """Hashes of the labels in any hour, ascending."""
        return self.matched_in(store, sets_of_file(store, self.endpoint, self.digest))

    def matched_in(self, store: ObjectStore, sets: Sequence[str]) -> Hashes:
        """As `matched`, in label sets of any version that were listed."""
        own = [key for key in sets if keys.parse_hour_labels_key(key)[1] == self.known.version]
        bodies = side_by_side(store.find, own, store.at_once)
        found = zip(own, bodies, strict=True)  # without a body: removed since it was listed
        return sorted_unique([LabelSet.from_bytes(body.body, key).hashes() for key, body in found if body])


def hours_of_file(store: ObjectStore, endpoint: str, digest: str) -> tuple[VariantHour, ...]:
    """All hours that ever had labels of a ground truth file."""
    prefix = keys.label_hours_prefix(endpoint, digest)
    return tuple(sorted(keys.parse_label_hour_key(summary.key) for summary in store.list(prefix)))


def sets_of_file(store: ObjectStore, endpoint: str, digest: str) -> list[str]:
    """Keys of the label sets of all versions of a ground truth file, in all hours."""
    return sets_in(store, endpoint, digest, hours_of_file(store, endpoint, digest))


def sets_in(store: ObjectStore, endpoint: str, digest: str, hours: Sequence[VariantHour]) -> list[str]:
    """As `sets_of_file`, in these hours."""
    prefixes = [keys.hour_labels_prefix(endpoint, at) + digest for at in hours]
    listed = side_by_side(lambda prefix: list(store.list(prefix)), prefixes, store.at_once)
    return [summary.key for of_hour in listed for summary in of_hour]


def put_labels(store: ObjectStore, endpoint: str, at: VariantHour, digest: str, labels: LabelSet) -> None:
    """Adds labels to an hour. The hour is noted first, so that a replaced file finds all of its labels."""
    body = labels.to_bytes()
    store.put(keys.label_hour_key(endpoint, digest, at), b"")
    content = sha256(body).hexdigest()[:16]
    store.put(keys.hour_labels_key(endpoint, at, digest, labels.version, content), body)
