"""The keys of the bucket (docs/reference/bucket.md)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from driftline.domain.errors import InvalidInputError
from driftline.domain.instants import BOUNDS, within_bounds

MONITORS = "monitors/"
BASELINES = "baselines/"
CAPTURE = "capture/"
REPORTS = "reports/"
RESULT_TABLES = "tables/"
STATE = "state/"
PROFILES = f"{STATE}profiles/"
SCRIPTS = "scripts/"
ANALYSES = "analyses/"
MODELS = "models/"
"""Where files of models are in the stack's own bucket: baselines of new models read and write nothing else of it."""
FRESHNESS = f"{STATE}freshness/"
OVERVIEW = f"{STATE}overview/"
OPEN_WATCH = f"{STATE}watch/"
INDEX_LINES = f"{STATE}index/lines/"
INDEX_READ = f"{STATE}index/read.json"
"""The lines that the index page was last made of."""
ROUTES = "channels/routes.yaml"
ROUTES_STATUS = "channels/routes.status.json"
BASELINE_PREDICTIONS = "predictions.json"
_STATUS = ".status.json"

_CAPTURE_KEY = re.compile(
    r"(?:.*/)?(?P<endpoint>[^/]+)/(?P<variant>[^/]+)/(?P<y>\d{4})/(?P<m>\d{2})/(?P<d>\d{2})/(?P<h>\d{2})/(?P<name>[^/]+)"
)
_DOCUMENT_KEY = re.compile(r"monitors/(?P<endpoint>[^/]+)\.ya?ml")
_BASELINE_INPUT_KEY = re.compile(r"baselines/(?P<endpoint>[^/]+)/(?P<monitor>[^/]+)/input/(?P<name>.+)", re.DOTALL)
_ANALYSIS_KEY = re.compile(r"analyses/(?P<name>[^/]+)/analysis_config\.json")
_BASELINE_KEY = re.compile(r"baselines/(?P<endpoint>[^/]+)/(?P<monitor>[^/]+)/(?P<name>[^/]+)")


@dataclass(frozen=True, slots=True)
class CaptureKey:
    """The contents of a capture file's key: endpoint, variant, and the UTC hour of its folder."""

    endpoint: str
    variant: str
    hour: datetime
    name: str


def parse_capture_key(key: str) -> CaptureKey:
    """Reads SageMaker's `<prefix><endpoint>/<variant>/yyyy/mm/dd/hh/<name>` from its end, whatever the prefix.

    Raises:
        InvalidInputError: the key has another shape.
    """
    match = _CAPTURE_KEY.fullmatch(key)
    if match is None:
        raise InvalidInputError(
            "not the key of a capture file",
            where=key,
            expected="…/<endpoint>/<variant>/yyyy/mm/dd/hh/<name>.jsonl",
        )
    return CaptureKey(match["endpoint"], match["variant"], hour_of_folders(match, key), match["name"])


def hour_of_folders(match: re.Match[str], key: str) -> datetime:
    """The UTC hour that the groups y, m, d and h of a key say.

    Raises:
        InvalidInputError: there is no such hour, or it is out of bounds.
    """
    try:
        return within_bounds(datetime(int(match["y"]), int(match["m"]), int(match["d"]), int(match["h"]), tzinfo=UTC))
    except ValueError as error:
        raise InvalidInputError(f"the folders are not a date and hour ({error})", where=key) from None
    except InvalidInputError:
        raise InvalidInputError("the hour of its folders is out of bounds", where=key, expected=BOUNDS) from None


def is_data_name(name: str) -> bool:
    """Whether a file can hold data: not the hidden files of desktops, nor the markers of Spark."""
    return not name.startswith((".", "_SUCCESS", "_committed_", "_started_"))


NO_DATA = "a file with such a name holds no data"
"""Why a file is left out."""


def endpoint_of_document(key: str) -> str | None:
    """The endpoint of `monitors/<endpoint>.yaml`; None for other keys, including the status file."""
    match = _DOCUMENT_KEY.fullmatch(key)
    return match["endpoint"] if match else None


def parse_baseline_input_key(key: str) -> tuple[str, str] | None:
    """(endpoint, monitor) of `baselines/<endpoint>/<monitor>/input/…`; None for other keys."""
    match = _BASELINE_INPUT_KEY.fullmatch(key)
    return (match["endpoint"], match["monitor"]) if match else None


def parse_baseline_key(key: str) -> tuple[str, str, str] | None:
    """(endpoint, monitor, name) of `baselines/<endpoint>/<monitor>/<name>`; None for other keys."""
    match = _BASELINE_KEY.fullmatch(key)
    return (match["endpoint"], match["monitor"], match["name"]) if match else None


def analysis_of_config(key: str) -> str | None:
    """The name of the analysis that `analyses/<name>/analysis_config.json` starts; None for other keys."""
    match = _ANALYSIS_KEY.fullmatch(key)
    return match["name"] if match else None


def analysis_folder(name: str) -> str:
    return f"{ANALYSES}{name}/"


def document_key(endpoint: str) -> str:
    return f"{MONITORS}{endpoint}.yaml"


def status_key(endpoint: str) -> str:
    return f"{MONITORS}{endpoint}{_STATUS}"


def endpoint_of_status(key: str) -> str | None:
    """The endpoint of `monitors/<endpoint>.status.json`; None for other keys."""
    endpoint = key.removeprefix(MONITORS).removesuffix(_STATUS)
    return endpoint if key == status_key(endpoint) and endpoint and "/" not in endpoint else None


def baseline_folder(endpoint: str, monitor: str) -> str:
    """The folder of a baseline, with a trailing slash: input/ and the files of the baseline."""
    return f"{BASELINES}{endpoint}/{monitor}/"


def baseline_predictions_key(statistics_key: str) -> str:
    """Next to a baseline's statistics.json: what report pages draw of the same rows."""
    folder, slash, _ = statistics_key.rpartition("/")
    return f"{folder}{slash}{BASELINE_PREDICTIONS}"


def day_folder(moment: datetime) -> str:
    """`yyyy/mm/dd/` of a UTC time."""
    return f"{moment:%Y/%m/%d}/"


def hour_folder(moment: datetime) -> str:
    """`yyyy/mm/dd/hh/` of a UTC time."""
    return f"{moment:%Y/%m/%d/%H}/"


def report_folder(endpoint: str, monitor: str, scheduled: datetime, by_hand_from: datetime | None = None) -> str:
    """SageMaker's `<endpoint>/<monitor>/yyyy/mm/dd/hh/` of the scheduled time.

    SageMaker has no schedules that fire within an hour; one that does gets a folder for its minute, so that two
    executions of one hour do not overwrite each other. A window requested by hand gets a folder named after its start,
    so that it does not overwrite the schedule's window that ends at the same time.
    """
    minute = "" if scheduled.minute == 0 else f"{scheduled:%M}/"
    by_hand = "" if by_hand_from is None else f"from-{by_hand_from:%Y%m%dT%H%MZ}/"
    return f"{REPORTS}{endpoint}/{monitor}/{hour_folder(scheduled)}{minute}{by_hand}"


def source_digest(bucket: str | None, key: str) -> str:
    """The name of everything derived from one source object.

    None is the stack's own bucket: because its name is left out, a copy of it, or a folder with the same structure,
    gives the same names and byte-identical reports.

    The version is left out on purpose: replacing a capture file replaces everything derived from it.
    """
    return sha256(f"{bucket or ''}/{key}".encode()).hexdigest()[:32]


def profile_key(endpoint: str, variant: str, hour: datetime, digest: str) -> str:
    return f"{PROFILES}{endpoint}/{variant}/{hour_folder(hour)}{digest}.profile"


def profiles_prefix(endpoint: str, variant: str, hour: datetime) -> str:
    return f"{PROFILES}{endpoint}/{variant}/{hour_folder(hour)}"


def variants_prefix(endpoint: str) -> str:
    """The folder whose subfolders are the variants with captures."""
    return f"{PROFILES}{endpoint}/"


def rollup_key(endpoint: str, variant: str, hour: datetime, digest: str) -> str:
    """One hour's merged profiles; the digest is of the merged profiles, so a late one makes a new key."""
    return f"{STATE}rollups/{endpoint}/{variant}/{hour_folder(hour)}{digest}.profile"


def day_rollup_key(endpoint: str, variant: str, day: datetime, digest: str) -> str:
    """One day's merged profiles, next to the folders of its hours; the digest is as that of an hour."""
    return f"{STATE}rollups/{endpoint}/{variant}/{day_folder(day)}{digest}.profile"


def records_key(endpoint: str, variant: str, hour: datetime, digest: str) -> str:
    """Columnar records of one capture file, in the hour of the file's own folder."""
    return f"{STATE}records/{endpoint}/{variant}/{hour_folder(hour)}{digest}.parquet"


def kind_state_key(kind: str, endpoint: str, variant: str, hour: datetime, digest: str) -> str:
    """What a kind of monitor keeps of one hour; the digest is of the merged records and of the settings."""
    return f"{STATE}kinds/{kind}/{endpoint}/{variant}/{hour_folder(hour)}{digest}.state"


def rejects_prefix(endpoint: str, variant: str, hour: datetime) -> str:
    """Prefix of the rejected lines of capture files in the folder of an hour."""
    return f"{STATE}rejects/{endpoint}/{variant}/{hour_folder(hour)}"


def rejects_key(endpoint: str, variant: str, hour: datetime, digest: str) -> str:
    return f"{rejects_prefix(endpoint, variant, hour)}{digest}.jsonl"


def script_key(name: str) -> str:
    """Pre- and postprocessing scripts, under the prefix that only operators can write."""
    return f"{SCRIPTS}{name}"


def execution_key(report_folder: str) -> str:
    """What was last written to a report folder and announced, so that a repeated delivery announces nothing."""
    return f"{STATE}executions/{report_folder.removeprefix(REPORTS)}announced.json"


def last_execution_key(endpoint: str, monitor: str) -> str:
    """The monitor's last execution, of whatever window (usecases/executions/last_execution.py)."""
    return f"{STATE}executions/{endpoint}/{monitor}/last.json"


def model_log_key(endpoint: str) -> str:
    """The models of an endpoint, with their times (usecases/models/model_log.py)."""
    return f"{STATE}models/{endpoint}.json"


def freshness_key(endpoint: str) -> str:
    """Since when an endpoint's schedules and files are expected (usecases/freshness/check_freshness.py)."""
    return f"{FRESHNESS}{endpoint}.json"


def result_table_key(table: str, endpoint: str, monitor: str, scheduled: datetime) -> str:
    """Rows of one execution in a table of results: partitions as Hive names them, so that engines of SQL find them."""
    place = f"endpoint={endpoint}/monitor={monitor}/day={scheduled:%Y-%m-%d}"
    return f"{RESULT_TABLES}{table}/{place}/{scheduled:%Y%m%dT%H%MZ}.parquet"


def overview_record_key(endpoint: str, monitor: str, scheduled: datetime) -> str:
    """What the overview pages show of one execution; by month, so that the newest are found in few listings."""
    return f"{OVERVIEW}{endpoint}/{monitor}/{scheduled:%Y/%m/%Y%m%dT%H%MZ}.json"


def overview_baseline_key(endpoint: str, monitor: str, digest: str) -> str:
    """What the overview pages show of a baseline; the digest is of its statistics.json."""
    return f"{OVERVIEW}{endpoint}/{monitor}/baselines/{digest}.json"


def overview_now_key(endpoint: str) -> str:
    """The endpoint's line on the index page, where releases before `index_line_key` read it."""
    return f"{OVERVIEW}{endpoint}/now.json"


def index_line_key(endpoint: str) -> str:
    """The endpoint's line on the index page; next to those of all others, so that one listing has their tags."""
    return f"{INDEX_LINES}{endpoint}.json"


def recent_records_key(endpoint: str, monitor: str) -> str:
    """The newest overview records of a monitor in one object (usecases/pages/recent_records.py)."""
    return f"{STATE}recent/{endpoint}/{monitor}.records"
