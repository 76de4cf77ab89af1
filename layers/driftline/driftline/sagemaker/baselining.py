"""A baseline from a data set: computed at once over a folder, by the stack over a bucket."""

import json
import logging
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from driftline.adapters.by_hand.files import read_file
from driftline.adapters.by_hand.staged import StagedStore
from driftline.adapters.tables.duck import DuckTables
from driftline.domain.analysis_config.config_file import FILE as CONFIG_FILE
from driftline.domain.documents.edit import with_monitor
from driftline.domain.documents.parse import parse_document
from driftline.domain.errors import DriftlineError, InvalidInputError, RetryLaterError
from driftline.domain.keys import baseline_folder, document_key
from driftline.kinds.registry import KINDS
from driftline.sagemaker.dataset_format import checked_format
from driftline.sagemaker.models import endpoints_of, explaining_of
from driftline.sagemaker.monitoring_files import Constraints, Statistics
from driftline.sagemaker.session import Session
from driftline.usecases.baselines.baseline_files import read_files
from driftline.usecases.baselines.baseline_memory import MEMORY_FILE
from driftline.usecases.baselines.datasets.format import FORMAT_FILE
from driftline.usecases.baselines.refusals import refusal_of
from driftline.usecases.baselines.suggest_baseline import suggest_baseline
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.predictions import Predictor

STATISTICS, CONSTRAINTS = "statistics.json", "constraints.json"

_POLL = 2.0
_LONGEST = 1_200.0
"""Seconds: the function's 15 minutes, and some for queues."""

_log = logging.getLogger("driftline.sagemaker")


class BaseliningJob:
    """A baseline that was asked for.

    Attributes:
        job_name: Its folder below `baselines/`; a schedule copies the files to its endpoint's.
        named_as: `output_s3_uri` of the call. Notebooks name the files by it, so that it stands for them.
    """

    named_as: str | None = None

    def __init__(self, session: Session, job_name: str, kind: str) -> None:
        self.sagemaker_session = session
        self.job_name = job_name
        self._kind = KINDS.named(kind)
        self._folder = baseline_folder(job_name, kind)

    def __repr__(self) -> str:
        return f"<BaseliningJob {self.job_name}>"

    @property
    def done(self) -> bool:
        """Whether all of its files are there."""
        return len(self._files()) == len(self._kind.baseline_files)

    @property
    def refusal(self) -> InvalidInputError | None:
        """Why the stack made no baseline of the data set; None if it did, or has not read it yet."""
        return None if self.done else refusal_of(self.sagemaker_session.store, self.job_name, self._kind.name)

    def baseline_statistics(self, file_name: str = STATISTICS, kms_key: str | None = None) -> Statistics:
        """The statistics of the data set. Raises as `files`."""
        place, body = self._file(file_name)
        return Statistics.of_bytes(body, place, kms_key, self.sagemaker_session)

    def suggested_constraints(self, file_name: str = CONSTRAINTS, kms_key: str | None = None) -> Constraints:
        """The suggested constraints: of bias and attributions, analysis.json. Raises as `files`."""
        files = self._kind.baseline_files
        place, body = self._file(files[0] if file_name == CONSTRAINTS and CONSTRAINTS not in files else file_name)
        return Constraints.of_bytes(body, place, kms_key, self.sagemaker_session)

    def files(self) -> Mapping[str, bytes]:
        """All files of the baseline, and how they were made, by name.

        Raises:
            InvalidInputError: the stack cannot read the data set.
            RetryLaterError: they are not there yet; `wait()`.
        """
        names = (*self._kind.baseline_files, *self._kind.derived_files, MEMORY_FILE)
        found = read_files(self.sagemaker_session.store, self._folder, names)
        if any(name not in found for name in self._kind.baseline_files):
            raise self._not_yet()
        return found

    def named(self, location: str) -> bytes | None:
        """The file that a notebook expects at this location; None if it is another's. Raises as `files`."""
        folder, _, name = location.rpartition("/")
        if self.named_as is None or folder != self.named_as.rstrip("/") or name not in self._kind.baseline_files:
            return None
        return self.files()[name]

    def describe(self) -> dict[str, object]:
        """As DescribeProcessingJob, as far as it applies."""
        refusal = self.refusal
        status: dict[str, object] = {"ProcessingJobStatus": "Completed" if self.done else "InProgress"}
        if refusal is not None:
            status = {"ProcessingJobStatus": "Failed", "FailureReason": str(refusal)}
        return {
            "ProcessingJobName": self.job_name,
            **status,
            "ProcessingOutputConfig": {
                "Outputs": [
                    {
                        "OutputName": "monitoring_output",
                        "S3Output": {"S3Uri": self.sagemaker_session.store.uri(self._folder)},
                    }
                ]
            },
        }

    def wait(self, logs: bool = True) -> None:
        """Until the stack has read the data set; shows a dot every two seconds if `logs`.

        Raises:
            InvalidInputError: the stack cannot read the data set; the error is the stack's.
            RetryLaterError: not within 20 minutes.
        """
        until = time.monotonic() + _LONGEST
        waited = False
        while not self.done:
            if (refusal := self.refusal) is not None:
                raise refusal
            if time.monotonic() > until:
                raise self._not_yet()
            if logs:
                sys.stderr.write("." if waited else f"Waiting for {self.sagemaker_session.store.uri(self._folder)} .")
                sys.stderr.flush()
            waited = True
            time.sleep(_POLL)
        if waited and logs:
            sys.stderr.write("\n")

    def _files(self) -> Mapping[str, bytes]:
        return read_files(self.sagemaker_session.store, self._folder, self._kind.baseline_files)

    def _file(self, name: str) -> tuple[str, bytes]:
        if name not in self._kind.baseline_files:
            expected = " or ".join(self._kind.baseline_files)
            raise InvalidInputError(f"a baseline has no {name}", where="file_name", expected=expected)
        return self.sagemaker_session.store.uri(self._folder + name), self.files()[name]

    def _not_yet(self) -> DriftlineError:
        return self.refusal or RetryLaterError(
            "the baseline is not there yet: wait(); `driftline doctor` says if the stack works",
            where=self.sagemaker_session.store.uri(self._folder),
        )


@dataclass(frozen=True)
class DataOfJob:
    """A data set, and what is known of it when its baseline is asked for.

    Attributes:
        files: By name.
        format: Of the files: SageMaker's dataset_format.
        settings: Of the monitor, for a kind that cannot read a data set without. The endpoint whose document would say
            them is not known yet, so the baseline is computed here, over a bucket, too.
        config: analysis_config.json, where the kind reads one.
        models: Files of the user by the key that they will have, which the data set is explained by.
        predictor: Asks for predictions that the data set lacks; None: an endpoint.
    """

    files: Mapping[str, Path]
    format: Mapping[str, object]
    settings: Mapping[str, object] | None = None
    config: bytes | None = None
    models: Mapping[str, Path] = field(default_factory=dict)
    predictor: Predictor | None = None


def start_baselining(session: Session, job_name: str, kind: str, data: DataOfJob) -> BaseliningJob:
    """Computes the baseline here over a folder; over a bucket, uploads the data set, and the stack does.

    Raises:
        InvalidInputError: there is a baseline of this name, or the data set cannot be read; nothing is left then.
    """
    store, folder = session.store, baseline_folder(job_name, kind)
    stated = checked_format(data.format)
    if next(iter(store.list(folder)), None) is not None:
        raise InvalidInputError(
            "there is a baseline of this name", where=store.uri(folder), mend="Choose another job_name."
        )
    with TemporaryDirectory(prefix="driftline-") as scratch:
        inputs = {f"{folder}input/{FORMAT_FILE}": _scratch(scratch, FORMAT_FILE, json.dumps(stated).encode())}
        # It comes first: the stack reads the data set as soon as there is one.
        inputs |= {f"{folder}input/{name}": path for name, path in data.files.items() if name != FORMAT_FILE}
        if data.config is not None:
            inputs[folder + CONFIG_FILE] = _scratch(scratch, CONFIG_FILE, data.config)
        staged = StagedStore(store, inputs)
        if data.settings is not None:
            key = document_key(job_name)
            text = with_monitor(None, job_name, kind, data.settings)
            parse_document(text, where=key, model=KINDS.document)
            with staged.naming_files():
                _suggest(
                    StagedStore(staged, {key: _scratch(scratch, "document.yaml", text.encode())}),
                    session,
                    job_name,
                    kind,
                    data,
                )
        elif not session.fires:
            with staged.naming_files():
                _suggest(staged, session, job_name, kind, data)
        for key, path in data.models.items():
            store.put(key, read_file(path))
        if data.settings is None or not session.fires:  # in a bucket, it would start the stack's function
            staged.copy()
    return BaseliningJob(session, job_name, kind)


def _scratch(folder: str, name: str, body: bytes) -> Path:
    path = Path(folder) / name
    path.write_bytes(body)
    return path


def _suggest(store: ObjectStore, session: Session, job_name: str, kind: str, data: DataOfJob) -> None:
    staged = {store.uri(key): path for key, path in data.models.items()}
    suggested = suggest_baseline(
        job_name,
        kind,
        store=store,
        tables=DuckTables(),
        operators=_Reader(),
        kinds=KINDS,
        predictor=data.predictor or endpoints_of(session),
        explaining=explaining_of(session, staged),
    )
    for warning in suggested.warnings:
        _log.warning("%s: %s", job_name, warning)


class _Reader:
    """Operators: who runs the notebook is the operator, and reads the warnings."""

    def notify(self, subject: str, message: str) -> None:
        _log.info("%s: %s", subject, message)
