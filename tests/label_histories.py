"""An endpoint with hourly captures and hourly labels, as profile_capture and merge_ground_truth leave them."""

from datetime import timedelta

from driftline.domain.ground_truth.keys import VariantHour, open_labels_key
from driftline.domain.ground_truth.labels import Label
from driftline.domain.ground_truth.stored_labels import LabelSet
from driftline.domain.keys import profile_key, source_digest
from driftline.domain.windows import HOUR
from driftline.usecases.ground_truth.hour_labels import put_labels
from tests.captures import profile_file
from tests.counting import CountingStore
from tests.fakes import InMemoryStore
from tests.merging import ENDPOINT, START, Inference, capture_file, capture_key, label_key

BEHIND = 6
"""Hours after which the labels of an hour come."""


def label_history(hours: int, waiting: int = 0, endpoint: str = ENDPOINT) -> CountingStore:
    """Each file has the label of an inference of six hours before, and some whose inferences were not captured.

    Args:
        hours: With a capture file and a ground truth file each.
        waiting: Number of labels of each file that match nothing.
    """
    made = InMemoryStore()
    made.put(capture_key("a"), capture_file([Inference("id", START + timedelta(minutes=7))]))
    [profile] = [key for key in profile_file(capture_key("a"), made).written if key.endswith(".profile")]
    objects = CountingStore()
    for number in range(hours):
        at = START + number * HOUR
        # The ids in it are the same in each hour: what is looked for here is in none of them.
        objects.put(profile_key(endpoint, "AllTraffic", at, f"{number:032x}"), made.objects[profile])
        collected = at + BEHIND * HOUR
        key = label_key("a", collected)
        digest = source_digest(None, key)
        ids = [f"id-{number}", *(f"nobody-{number}-{each}" for each in range(waiting))]
        labels = LabelSet(key, collected, "0" * 16, [Label(each, "1", "CSV", at) for at, each in enumerate(ids)])
        objects.put(open_labels_key(endpoint, collected, digest), labels.to_bytes())
        matched = LabelSet(key, collected, "0" * 16, labels.labels[:1])
        put_labels(objects, endpoint, VariantHour("AllTraffic", at), digest, matched)
    return objects
