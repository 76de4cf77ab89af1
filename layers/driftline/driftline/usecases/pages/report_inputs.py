"""The sources of a report: the files of an execution and its baseline, and some figures of earlier executions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from driftline.domain.errors import InvalidInputError, ObjectNotFoundError
from driftline.domain.executions.files import SUMMARY, ExecutionFiles, baseline_keys
from driftline.domain.executions.past import PastExecution
from driftline.domain.executions.place import Place
from driftline.domain.keys import baseline_folder
from driftline.kinds.kind import Kind, Kinds
from driftline.kinds.reporter import Facts
from driftline.presentation.report import Report
from driftline.presentation.since import last_verdict
from driftline.usecases.executions.past_executions import bodies_or_none, body_or_none, past_executions, present
from driftline.usecases.executions.revisions import last_announced
from driftline.usecases.ports import ObjectStore

LARGEST = 384 << 20
"""Bytes of the files of an execution and its baseline together. What is made of them takes three to four times as much
memory, and `render_report` has 1,769 MB."""


@dataclass(frozen=True, slots=True)
class ReportInputs:
    """Attributes: past: earlier executions, oldest first; revised: the revision that this one replaced."""

    place: Place
    kind: Kind
    files: ExecutionFiles
    past: Sequence[PastExecution] = ()
    revised: PastExecution | None = None

    @property
    def baseline(self) -> bytes | None:
        """The file of the baseline next to which windows are drawn."""
        return self.files.baseline.get(self.kind.baseline_files[0])

    def facts(self) -> Facts:
        """Raises InvalidInputError: a file cannot be read."""
        return self.kind.reporter.read(self.place, self.files)

    def report(self) -> Report:
        """Raises InvalidInputError: a file cannot be read."""
        return self.kind.reporter.report(self.facts(), self.past, self.revised)


def report_inputs(store: ObjectStore, place: Place, *, kinds: Kinds, revision: int | None = None) -> ReportInputs:
    """Reads all sources of the page of an execution.

    Args:
        revision: From its event; the store records it a moment later.

    Raises:
        ObjectNotFoundError: no verdict.
        InvalidInputError: no kind of monitor recognises the files, or they are too large for a page.
    """
    files, kind = execution_files(store, place, baseline_folder(place.endpoint, place.monitor), kinds=kinds)
    _refuse_too_large(store, place, files)
    if files.summary is not None and (announced := last_announced(store, place.folder)) is not None:
        # Events come in any order, and the files are always those of the newest revision.
        revision = max(revision or 0, announced.revision)
    past = past_executions(store, place, kind, kinds=kinds)
    files = replace(files, revision=revision)
    missing = [name for name in kind.reporter.previous_files if name not in files.baseline]
    if missing and (previous := last_verdict(past)):
        files = replace(files, previous=present(store, previous.place.folder, missing))
    return ReportInputs(place, kind, files, past, _revised(store, place, kind, revision))


def _refuse_too_large(store: ObjectStore, place: Place, files: ExecutionFiles) -> None:
    """Before memory ends the process: then nobody would know why there is no page."""
    size = sum(map(len, [*files.own.values(), *files.baseline.values()]))
    if size > LARGEST:
        raise InvalidInputError(
            f"the files of the execution and its baseline have {size >> 20:,} MB, which is too much for a page",
            where=store.uri(place.folder),
            expected=f"at most {LARGEST >> 20:,} MB, which some 1,800 numeric columns have",
            mend="The verdict is in summary.json. Watch fewer columns to have pages.",
        )


def _revised(store: ObjectStore, place: Place, kind: Kind, revision: int | None) -> PastExecution | None:
    """The previous revision, which is kept next to the one that replaced it."""
    if revision is None or revision == 1:
        return None
    summary = body_or_none(store, f"{place.folder}revision-{revision - 1}/{SUMMARY}")
    return kind.reporter.past(place, {SUMMARY: summary}) if summary is not None else None


def execution_files(store: ObjectStore, place: Place, baseline: str, *, kinds: Kinds) -> tuple[ExecutionFiles, Kind]:
    """The files of a single execution.

    Args:
        baseline: Folder of the baseline's files, unless the summary names others; ends in a slash.

    Raises:
        ObjectNotFoundError: no verdict.
        InvalidInputError: no kind of monitor recognises the files.
    """
    names = tuple(dict.fromkeys(name for kind in kinds for name in kind.reporter.own_files))
    files = ExecutionFiles(present(store, place.folder, (*names, SUMMARY)))
    if not any(marker in files.own for marker in kinds.markers):
        raise ObjectNotFoundError("there is no such object", where=store.uri(f"{place.folder}{kinds.markers[0]}"))
    kind = _kind_of(place, files, kinds)
    keys = baseline_keys(files.summary, (*kind.baseline_files, *kind.derived_files), baseline)
    bodies = zip(keys, bodies_or_none(store, keys.values()), strict=True)
    return replace(files, baseline={name: body for name, body in bodies if body is not None}), kind


def _kind_of(place: Place, files: ExecutionFiles, kinds: Kinds) -> Kind:
    for kind in kinds:
        if kind.reporter.recognises(place, files):
            return kind
    raise InvalidInputError(
        "there is no page for this kind of monitor",
        where=place.folder,
        expected=f"the files of one of {', '.join(kinds.names)}",
    )
