"""Keys of everything that the merge reads and writes (docs/design/ground-truth.md lists them)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from driftline.domain.errors import InvalidInputError, UnreadableStateError
from driftline.domain.instants import within_bounds
from driftline.domain.keys import STATE, day_folder, hour_folder, hour_of_folders

GROUND_TRUTH = "ground-truth/"
UNMATCHED = "ground-truth-unmatched/"
MERGED = "merged/"
OPEN_LABELS = f"{STATE}open-labels/"
LABELS = f"{STATE}labels/"

_DATE = r"(?P<y>\d{4})/(?P<m>\d{2})/(?P<d>\d{2})/(?P<h>\d{2})"
_LABEL_KEY = re.compile(rf"(?:.*/)?ground-truth/(?P<endpoint>[^/]+)/(?:.*/)?{_DATE}/(?P<name>.+)", re.DOTALL)
_HOUR_KEY = re.compile(rf"state/profiles/(?P<endpoint>[^/]+)/(?P<variant>[^/]+)/{_DATE}/[^/]+")
_COMPACT = "%Y%m%dT%H"


@dataclass(frozen=True, slots=True, order=True)
class VariantHour:
    """One UTC hour of inference times of one variant: the unit that is merged, stored and rebuilt."""

    variant: str
    hour: datetime


@dataclass(frozen=True, slots=True)
class GroundTruthKey:
    """The contents of a ground truth file's key: endpoint, and when its labels were collected."""

    endpoint: str
    hour: datetime


def parse_ground_truth_key(key: str) -> GroundTruthKey:
    """Reads `…ground-truth/<endpoint>/…yyyy/mm/dd/hh/<name>`; folders between the two are allowed.

    Raises:
        InvalidInputError: the key has another shape.
    """
    match = _LABEL_KEY.fullmatch(key)
    if match is None:
        raise InvalidInputError(
            "not the key of a ground truth file", where=key, expected="ground-truth/<endpoint>/yyyy/mm/dd/hh/<name>"
        )
    return GroundTruthKey(match["endpoint"], hour_of_folders(match, key))


def parse_profile_key(key: str) -> tuple[str, VariantHour]:
    """(endpoint, hour) of an hour profile's key.

    Raises:
        UnreadableStateError: the key has another shape.
    """
    match = _HOUR_KEY.fullmatch(key)
    if match is None:
        raise UnreadableStateError("not the key of an hour profile", key)
    return match["endpoint"], VariantHour(match["variant"], hour_of_folders(match, key))


def day_prefix(kind: str, endpoint: str, variant: str, day: datetime) -> str:
    """Prefix of all objects of a kind (`profiles`, `labels`, `rejects`, …) of one UTC day."""
    return f"{STATE}{kind}/{endpoint}/{variant}/{day_folder(day)}"


def index_key(endpoint: str, at: VariantHour, digest: str) -> str:
    return f"{STATE}indexes/{endpoint}/{at.variant}/{hour_folder(at.hour)}{digest}.ids"


def open_labels_prefix(endpoint: str) -> str:
    """Prefix of the ground truth files whose labels may still find their captures."""
    return f"{OPEN_LABELS}{endpoint}/"


def open_labels_key(endpoint: str, hour: datetime, digest: str) -> str:
    return f"{open_labels_prefix(endpoint)}{hour:{_COMPACT}}-{digest}.labels"


def parse_open_labels_key(key: str) -> tuple[datetime, str]:
    """(hour of the ground truth file, digest of its key).

    Raises:
        UnreadableStateError: the key has another shape.
    """
    hour, _, digest = key.rsplit("/", 1)[-1].removesuffix(".labels").partition("-")
    return _compact_hour(hour, key), _digest(digest, key)


def month_labels_prefix(endpoint: str, variant: str, month: datetime) -> str:
    """Prefix of the labels of inferences in a month."""
    return f"{LABELS}{endpoint}/{variant}/{month:%Y/%m}/"


def sweep_memory_key(endpoint: str) -> str:
    """What the last sweep found (usecases/ground_truth/sweep_memory.py)."""
    return f"{STATE}sweeps/{endpoint}.json"


def hour_labels_prefix(endpoint: str, at: VariantHour) -> str:
    """Prefix of the labels of inferences in the hour."""
    return f"{LABELS}{endpoint}/{at.variant}/{hour_folder(at.hour)}"


def hour_labels_key(endpoint: str, at: VariantHour, file_digest: str, version: str, content: str) -> str:
    return f"{hour_labels_prefix(endpoint, at)}{file_digest}-{version}-{content}.labels"


def parse_hour_labels_key(key: str) -> tuple[str, str]:
    """(digest of the ground truth file's key, version of its content).

    Raises:
        UnreadableStateError: the key has another shape.
    """
    digest, _, rest = key.rsplit("/", 1)[-1].partition("-")
    version, _, content = rest.partition("-")
    if not content:
        raise UnreadableStateError("not the key of stored labels", key)
    return _digest(digest, key), version


def label_hours_prefix(endpoint: str, file_digest: str) -> str:
    """Prefix of the hours with labels of one ground truth file, an empty object each."""
    return f"{label_hours_of_all(endpoint)}{file_digest}/"


def label_hours_of_all(endpoint: str) -> str:
    """Prefix of the hours with labels of all ground truth files of an endpoint."""
    return f"{STATE}label-hours/{endpoint}/"


def label_hour_key(endpoint: str, file_digest: str, at: VariantHour) -> str:
    return f"{label_hours_prefix(endpoint, file_digest)}{at.variant}/{at.hour:{_COMPACT}}"


def parse_label_hour_key(key: str) -> VariantHour:
    """Raises UnreadableStateError: the key has another shape."""
    variant, hour = key.rsplit("/", 2)[-2:]
    return VariantHour(variant, _compact_hour(hour, key))


def _compact_hour(text: str, key: str) -> datetime:
    try:
        return within_bounds(datetime.strptime(text, _COMPACT).replace(tzinfo=UTC))
    except (ValueError, InvalidInputError):
        raise UnreadableStateError("the name of the object has no hour", key) from None


def _digest(text: str, key: str) -> str:
    if not text.isalnum():
        raise UnreadableStateError("the name of the object has no digest", key)
    return text


def label_rejects_key(endpoint: str, hour: datetime, file_digest: str) -> str:
    return f"{STATE}label-rejects/{endpoint}/{hour_folder(hour)}{file_digest}.jsonl"


def unmatched_key(endpoint: str, hour: datetime, file_digest: str) -> str:
    return f"{UNMATCHED}{endpoint}/{hour_folder(hour)}{file_digest}.jsonl"


def merged_lines_prefix(endpoint: str, at: VariantHour) -> str:
    return f"{MERGED}{endpoint}/{at.variant}/{hour_folder(at.hour)}"


def merged_lines_day_prefix(endpoint: str, variant: str, day: datetime) -> str:
    return f"{MERGED}{endpoint}/{variant}/{day_folder(day)}"


def merged_lines_key(endpoint: str, at: VariantHour, digest: str, part: int) -> str:
    """SageMaker's `part-00000-<uuid>.c000.jsonl`; the digest is of what was merged."""
    return f"{merged_lines_prefix(endpoint, at)}part-{part:05}-{digest}.c000.jsonl"


def merged_table_prefix(endpoint: str, at: VariantHour) -> str:
    return f"{STATE}merged/{endpoint}/{at.variant}/{hour_folder(at.hour)}"


def merged_table_key(endpoint: str, at: VariantHour, digest: str) -> str:
    return f"{merged_table_prefix(endpoint, at)}{digest}.parquet"


def merged_summary_key(endpoint: str, at: VariantHour, digest: str) -> str:
    return f"{merged_table_prefix(endpoint, at)}{digest}.json"


def merged_rejects_key(endpoint: str, at: VariantHour, digest: str) -> str:
    """Labels that do not match the rows of their inference."""
    return f"{merged_table_prefix(endpoint, at)}{digest}.rejects.jsonl"
