"""The baseline of a model that is not in use yet, made beside the model and not in the endpoint's folder.

A pipeline asks for it after training. adopt_model takes it when the model reaches the endpoint. Equal data sets give
equal files, so a request that is repeated, or goes on after the pipeline stopped waiting, does no harm.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import override

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.finding import Finding
from driftline.domain.keys import MODELS, baseline_folder, document_key
from driftline.domain.monitors.document import MonitorDocument
from driftline.kinds.kind import Kind, Kinds
from driftline.usecases.baselines.baseline_files import read_files
from driftline.usecases.baselines.baseline_memory import MEMORY_FILE, Memory
from driftline.usecases.baselines.data_set import StoredDataSet
from driftline.usecases.baselines.datasets.format import FORMAT_FILE, DatasetFormat, parse_format
from driftline.usecases.baselines.suggest_baseline import is_no_data
from driftline.usecases.baselines.uploads import Reading
from driftline.usecases.explanations.explaining import Explaining
from driftline.usecases.explanations.solve import Solver
from driftline.usecases.monitors.monitor_documents import find_document, load_document
from driftline.usecases.ports import ObjectStore, Stores
from driftline.usecases.ports.predictions import Predictor
from driftline.usecases.ports.tables import DataSetTables

BASELINES = "baselines"
"""A folder of this name is above all that is written."""

COMPARISON = "comparison.json"

_LONGEST = 500
"""Characters of a finding in the answer: the pipeline's message may have 3,000."""

_JSON = "application/json"
_SCHEME = "s3://"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for.

    Attributes:
        data: S3 URI of a file, or of a folder with the data set.
        output: S3 URI of the folder for the files.
        compare: Whether the data set is compared with the baseline in use, as a window would be.
        model: S3 URI of the model's file, for kinds whose baseline depends on it.
    """

    endpoint: str
    monitor: str
    data: str
    output: str
    compare: bool = False
    model: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What was made.

    Attributes:
        files: S3 URIs of the baseline's files, by name.
        findings: What the comparison found; None if nothing was compared, because there is no baseline in use.
    """

    rows: int
    files: Mapping[str, str]
    findings: Sequence[Finding] | None = None
    warnings: Sequence[str] = ()

    def answer(self) -> dict[str, str | int]:
        """For a pipeline's step, whose outputs are plain values: addresses without `.json` in their names."""
        violations = [each for each in self.findings or () if each.violation]
        said = f"{violations[0].subject}: {violations[0].description}" if violations else ""
        return {
            **{name.removesuffix(".json"): uri for name, uri in self.files.items()},
            "rows": self.rows,
            "violations": len(violations),
            "finding": said[:_LONGEST],
            "compared": "no baseline is in use" if self.findings is None else "with the baseline in use",
        }


@dataclass(frozen=True, slots=True)
class _CandidateData(StoredDataSet):
    """The data set; the files beside it that it does not have itself are those of the baseline in use.

    Attributes:
        in_use: Files of the baseline in use, by name.
    """

    in_use: Mapping[str, bytes] = field(default_factory=dict)

    @override
    def beside(self, name: str) -> bytes | None:
        found = self.store.find(self.folder + name)
        return found.body if found else self.in_use.get(name)


def make_candidate(
    wanted: Wanted,
    *,
    store: ObjectStore,
    stores: Stores,
    tables: DataSetTables,
    kinds: Kinds,
    predictor: Predictor | None,
    explaining: Explaining,
) -> Candidate:
    """Makes the files of a baseline from a data set, and compares it with the baseline in use.

    Args:
        store: The stack's bucket, with the documents and the baselines in use.
        stores: The buckets of data and output.
        explaining: Computes explanations at once: a pipeline waits.

    Raises:
        InvalidInputError: an address is not allowed, there is no data set or it cannot be read, or the endpoint's
            document does not say enough.
    """
    kind = kinds.named(wanted.monitor, where=wanted.endpoint)
    data_bucket, data_key = _parts(wanted.data, store)
    output_bucket, output_key = _parts(wanted.output, store)
    output = output_key if output_key.endswith("/") else f"{output_key}/"
    if BASELINES not in output.split("/")[:-1]:
        raise InvalidInputError(
            "files of a baseline would stand beside those of the model",
            where=wanted.output,
            expected=f"a folder below one that is called {BASELINES}",
            mend="The role of suggest_baseline may write nothing else there: a model's own file is never overwritten.",
        )
    document, where = _document(store, wanted.endpoint, kind, kinds), store.uri(document_key(wanted.endpoint))
    kind.engine.baseline_settings(document, where)
    folder = baseline_folder(wanted.endpoint, wanted.monitor)
    in_use = read_files(store, folder, (*kind.baseline_files, *kind.derived_files, *kind.companions))
    data = _data_set(stores(data_bucket), data_key, kind, tables, predictor)
    data = replace(data, in_use=in_use, model=wanted.model, explained=explaining.of(wanted.endpoint, store))
    suggestion = kind.engine.suggest(document, data, where)
    findings: Sequence[Finding] | None = None
    if wanted.compare and all(name in in_use for name in kind.baseline_files):
        findings = kind.engine.rehearse(document, in_use, data, where)
    files = {**suggestion.files, **suggestion.derived}
    memory = Memory(
        written={name: sha256(body).hexdigest() for name, body in files.items()},
        rows=suggestion.rows,
        unusable=dict(suggestion.unusable),
        warnings=(*data.assumed, *suggestion.warnings),
        sensitivity=suggestion.sensitivity,
    )
    made = stores(output_bucket)
    for name, body in files.items():
        made.put(output + name, body, content_type=_JSON)
    if findings is not None:
        compared = [each.model_dump(mode="json", exclude_none=True) for each in findings]
        made.put(output + COMPARISON, msgspec.json.format(msgspec.json.encode(compared)), content_type=_JSON)
    # Last: it says that the files are complete, and whose they are.
    made.put(output + MEMORY_FILE, memory.model_dump_json(indent=2).encode(), content_type=_JSON)
    uris = {name: f"{_SCHEME}{output_bucket}/{output}{name}" for name in suggestion.files}
    return Candidate(suggestion.rows, uris, findings, memory.warnings)


def candidate_answer(wanted: Wanted, reading: Reading, stores: Stores) -> dict[str, str | int]:
    """The answer to a pipeline's step. It waits, so explanations are computed at once.

    Raises:
        InvalidInputError: see `make_candidate`; the step fails, and says why.
    """
    explaining = reading.explaining.at_once(Solver(reading.explaining.models, reading.predictor))
    return make_candidate(
        wanted,
        store=reading.store,
        stores=stores,
        tables=reading.tables,
        kinds=reading.kinds,
        predictor=reading.predictor,
        explaining=explaining,
    ).answer()


def _document(store: ObjectStore, endpoint: str, kind: Kind, kinds: Kinds) -> MonitorDocument | None:
    if kind.baseline_needs_document:
        return load_document(store, endpoint, kinds=kinds)
    return find_document(store, endpoint, kinds=kinds)


def _data_set(
    store: ObjectStore, key: str, kind: Kind, tables: DataSetTables, predictor: Predictor | None
) -> _CandidateData:
    folder = key if key.endswith("/") else f"{key}/"
    keys = [
        each.key
        for each in store.list(key)
        if each.size and (each.key == key or each.key.startswith(folder)) and not _is_beside(each.key, kind)
    ]
    if not keys:
        raise InvalidInputError(
            "no data set", where=store.uri(key), expected="CSV, JSON Lines or Parquet files", mend="Check the address."
        )
    found = store.find(folder + FORMAT_FILE)
    options = parse_format(found.body, store.uri(folder + FORMAT_FILE)) if found else DatasetFormat()
    return _CandidateData(store, keys, options, tables, folder, predictor)


def _is_beside(key: str, kind: Kind) -> bool:
    name = key.rsplit("/", 1)[-1]
    return is_no_data(name) or name in kind.companions


def _parts(uri: str, own: ObjectStore) -> tuple[str, str]:
    """(bucket, key). Of the stack's own bucket only what is below `models/`: the role allows nothing else."""
    bucket, _, key = uri.removeprefix(_SCHEME).partition("/")
    if not uri.startswith(_SCHEME) or not bucket or not key:
        raise InvalidInputError("it is not the address of a folder in S3", where=uri, expected="s3://bucket/folder/")
    if bucket == own.name and not key.startswith(MODELS):
        raise InvalidInputError(
            "files of a model are not kept there",
            where=uri,
            expected=f"an address below {own.uri(MODELS)}, or in the bucket of the parameter ModelBucketName",
            mend="Set the pipeline's OutputUri to such an address.",
        )
    return bucket, key
