"""A baseline from a data set: computed at once over a folder, by the stack over a bucket."""

import json
import logging
import sys
import time
from collections.abc import Mapping
from typing import Any

from driftline.adapters.by_hand.explaining import explaining
from driftline.adapters.by_hand.files import read_file
from driftline.adapters.tables.duck import DuckTables
from driftline.domain.errors import DriftlineError, InvalidInputError, RetryLaterError
from driftline.domain.json_reading import load_json
from driftline.domain.keys import baseline_folder
from driftline.kinds.registry import KINDS
from driftline.sagemaker.dataset_format import checked_format
from driftline.sagemaker.locations import local_files
from driftline.sagemaker.monitoring_files import Constraints, Statistics
from driftline.sagemaker.session import Session
from driftline.usecases.baselines.baseline_files import read_files
from driftline.usecases.baselines.datasets.format import FORMAT_FILE
from driftline.usecases.baselines.suggest_baseline import suggest_baseline

STATISTICS, CONSTRAINTS = "statistics.json", "constraints.json"

_POLL = 2.0
_LONGEST = 1_200.0
"""Seconds: the function's 15 minutes, and some for queues."""

_log = logging.getLogger("driftline.sagemaker")


class BaseliningJob:
    """A baseline that was asked for.

    Attributes:
        job_name: Its folder below `baselines/`; a schedule copies the files to its endpoint's.
    """

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

    def baseline_statistics(self, file_name: str = STATISTICS, kms_key: str | None = None) -> Statistics:
        """The statistics of the data set. Raises RetryLaterError: they are not there yet; `wait()`."""
        place, body = self._file(file_name)
        return Statistics(body, place, kms_key, self.sagemaker_session)

    def suggested_constraints(self, file_name: str = CONSTRAINTS, kms_key: str | None = None) -> Constraints:
        """The suggested constraints. Raises RetryLaterError: they are not there yet; `wait()`."""
        place, body = self._file(file_name)
        return Constraints(body, place, kms_key, self.sagemaker_session)

    def files(self) -> Mapping[str, bytes]:
        """All files of the baseline, by name. Raises RetryLaterError: they are not there yet."""
        found = self._files()
        if len(found) < len(self._kind.baseline_files):
            raise self._not_yet()
        return found

    def describe(self) -> dict[str, object]:
        """As DescribeProcessingJob, as far as it applies."""
        return {
            "ProcessingJobName": self.job_name,
            "ProcessingJobStatus": "Completed" if self.done else "InProgress",
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
            RetryLaterError: not within 20 minutes. A data set that cannot be read is reported to the stack's operators.
        """
        until = time.monotonic() + _LONGEST
        waited = False
        while not self.done:
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

    def _file(self, name: str) -> tuple[str, dict[str, Any]]:
        if name not in self._kind.baseline_files:
            expected = " or ".join(self._kind.baseline_files)
            raise InvalidInputError(f"a baseline has no {name}", where="file_name", expected=expected)
        return self.sagemaker_session.store.uri(self._folder + name), load_json(self.files()[name])

    def _not_yet(self) -> RetryLaterError:
        return RetryLaterError(
            "the baseline is not there yet: wait(), or read the stack's messages, which say if the data set is refused",
            where=self.sagemaker_session.store.uri(self._folder),
        )


def start_baselining(
    session: Session, job_name: str, kind: str, data_set: str, dataset_format: Mapping[str, object]
) -> BaseliningJob:
    """Copies the data set into the place; over a folder, computes the baseline.

    Args:
        data_set: A file, a folder, an object, or a prefix.

    Raises:
        InvalidInputError: there is a baseline of this name, or the data set cannot be read. Over a folder nothing is
            left of it then.
    """
    store, folder = session.store, baseline_folder(job_name, kind)
    format_body = json.dumps(checked_format(dataset_format)).encode()
    if next(iter(store.list(folder)), None) is not None:
        raise InvalidInputError(
            "there is a baseline of this name", where=store.uri(folder), mend="Choose another job_name."
        )
    copied = [f"{folder}input/{FORMAT_FILE}"]
    try:
        store.put(copied[0], format_body, content_type="application/json")
        with local_files(data_set, session) as files:
            for name, path in files.items():
                copied.append(f"{folder}input/{name}")
                store.put(copied[-1], read_file(path))
        if not session.fires:
            _suggest(session, job_name, kind)
    except DriftlineError:
        for key in copied:
            store.delete(key)
        raise
    return BaseliningJob(session, job_name, kind)


def _suggest(session: Session, job_name: str, kind: str) -> None:
    suggested = suggest_baseline(
        job_name,
        kind,
        store=session.store,
        tables=DuckTables(),
        operators=_Reader(),
        kinds=KINDS,
        predictor=None,
        explaining=explaining(),
    )
    for warning in suggested.warnings:
        _log.warning("%s: %s", job_name, warning)


class _Reader:
    """Operators: who runs the notebook is the operator, and reads the warnings."""

    def notify(self, subject: str, message: str) -> None:
        _log.info("%s: %s", subject, message)
