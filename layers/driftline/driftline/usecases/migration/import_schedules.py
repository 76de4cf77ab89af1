"""Monitoring schedules become monitors: documents, baselines and scripts of a store. What is there stays as it is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pydantic import ValidationError

from driftline.domain.documents.draft import Draft, DraftColumns
from driftline.domain.documents.parse import parse_document
from driftline.domain.errors import DriftlineError, InvalidInputError
from driftline.domain.keys import baseline_folder, document_key, script_key
from driftline.domain.migration.carried import CarriedFile, CarriedSchedule, ImportedEndpoint
from driftline.domain.migration.translated import CapturePlace, LeftOut
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.kinds.kind import Kinds
from driftline.usecases.baselines.baseline_files import replace_files
from driftline.usecases.migration.read_schedules import (
    FoundFile,
    ReadSchedule,
    Unread,
    error_of,
    is_final,
    monitor_types,
)
from driftline.usecases.monitors.change_document import set_monitor
from driftline.usecases.monitors.monitor_documents import load_document
from driftline.usecases.ports import EditableStore

_RUNNING_FIRST = ("Scheduled", "Pending", "Failed", "Stopped")
_YAML = "application/yaml"


class _ThereError(Exception):
    """The endpoint has a monitor of this kind."""


def import_schedules(
    found: Iterable[ReadSchedule | Unread], store: EditableStore, *, kinds: Kinds
) -> list[ImportedEndpoint]:
    """Writes what was read, endpoint by endpoint; one that fails does not stop the others.

    Args:
        store: Where documents, baselines and scripts go.
    """
    ready: dict[str, list[ReadSchedule]] = {}
    unread: dict[str, list[CarriedSchedule]] = {}
    names = {each.monitoring_type: each.name for each in monitor_types(kinds).values()}
    for each in found:
        if isinstance(each, ReadSchedule):
            ready.setdefault(each.monitor.endpoint, []).append(each)
        else:
            name, kind = each.listed.name, names.get(each.listed.monitoring_type, "")
            refused = _refused(name, kind, error_of(each.error, where=name), failed=not is_final(each.error))
            unread.setdefault(each.listed.endpoint or "", []).append(refused)
    order = list(kinds.names)
    results = []
    for endpoint in sorted({*ready, *unread}):
        schedules = sorted(ready.get(endpoint, ()), key=lambda each: _preferred(each, order))
        work = _Endpoint(endpoint, store, kinds, schedules)
        carried = [work.carry(each) for each in schedules]
        document = store.uri(document_key(endpoint)) if endpoint else ""
        results.append(ImportedEndpoint(endpoint, document, (*carried, *unread.get(endpoint, ())), work.text))
    return results


def _preferred(each: ReadSchedule, kinds: Sequence[str]) -> tuple[int, int, float, str]:
    """A document has one monitor of a kind: schedules that run come before those that do not, newer ones first."""
    status = each.source.status
    rank = _RUNNING_FIRST.index(status) if status in _RUNNING_FIRST else len(_RUNNING_FIRST)
    return rank, kinds.index(each.monitor.kind), -each.source.created.timestamp(), each.source.name


def _refused(schedule: str, kind: str, error: DriftlineError, *, failed: bool = False) -> CarriedSchedule:
    return CarriedSchedule(schedule, kind, "not carried over", {}, error=error, failed=failed)


class _Endpoint:
    """The document of one endpoint, to which monitors are added."""

    def __init__(self, endpoint: str, store: EditableStore, kinds: Kinds, schedules: Sequence[ReadSchedule]) -> None:
        self._endpoint, self._store, self._kinds = endpoint, store, kinds
        places = (each.monitor.capture for each in schedules)
        self._capture = next((each for each in places if each is not None), None)
        self._exclude = tuple(dict.fromkeys(name for each in schedules for name in each.monitor.exclude))
        self._added: dict[str, str] = {}
        self.text = ""

    def carry(self, read: ReadSchedule) -> CarriedSchedule:
        try:
            return self._carried(read)
        except Exception as error:  # noqa: BLE001 - of AWS, too: the next schedule has nothing to do with it
            name, where = read.source.name, self._store.uri(document_key(self._endpoint))
            return _refused(name, read.monitor.kind, error_of(error, where=where), failed=not is_final(error))

    def _carried(self, read: ReadSchedule) -> CarriedSchedule:
        monitor, name = read.monitor, read.source.name
        if monitor.kind in self._added:
            raise InvalidInputError(
                f"the endpoint's {monitor.kind} is that of the schedule {self._added[monitor.kind]}",
                where=name,
                expected="one monitor of each kind for an endpoint",
                mend="Choose which of the two is to go on, and change the document if it is this one.",
            )
        document = self._document()
        if document is not None and monitor.kind in document.monitors.by_name():
            return CarriedSchedule(name, monitor.kind, "there", monitor.fields)
        scripts, named, about_scripts = self._scripts(read, document)
        fields = {**monitor.fields, **named}
        self._check(monitor.kind, fields, name)
        files = self._baseline(read)
        carried = [*files, *scripts]  # before the document, which names them
        try:
            document = self._write(monitor.kind, fields)
        except _ThereError:
            return CarriedSchedule(name, monitor.kind, "there", monitor.fields)
        self._added[monitor.kind] = name
        about_document = _differences(document, monitor.capture, monitor.exclude)
        about_baseline = self._without_baseline(monitor.kind, files)
        left_out = (*about_baseline, *about_document, *about_scripts, *monitor.left_out)
        return CarriedSchedule(name, monitor.kind, "added", fields, tuple(carried), left_out)

    def _document(self) -> MonitorDocument | None:
        """As it is in the store. Raises InvalidInputError: it has errors."""
        if self._store.etag(document_key(self._endpoint)) is None:
            return None
        return load_document(self._store, self._endpoint, kinds=self._kinds)

    def _check(self, kind: str, fields: Mapping[str, object], schedule: str) -> None:
        """Raises InvalidInputError: a field of SageMaker's is none that a document may have."""
        try:
            self._kinds.named(kind).settings.model_validate(fields)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            context = first.get("ctx") or {}
            where = ".".join(map(str, first["loc"]))
            raise InvalidInputError(
                f"{where}: {first['msg']}" if where else first["msg"],
                where=schedule,
                expected=str(context.get("allowed", "")),
                mend=str(context.get("mend") or "Write the monitor by hand."),
            ) from None

    def _baseline(self, read: ReadSchedule) -> list[CarriedFile]:
        """The files that are not there yet; all of them change at once."""
        folder = baseline_folder(self._endpoint, read.monitor.kind)
        carried, new = list[CarriedFile](), dict[str, bytes]()
        for each in read.baseline:
            place = self._store.uri(folder + each.name)
            found = self._store.find(folder + each.name)
            if found is None:
                new[each.name] = each.body
                carried.append(CarriedFile(each.uri, place, "copied"))
            else:
                carried.append(CarriedFile(each.uri, place, "there" if found.body == each.body else "kept"))
        for wanted in read.missing:
            if self._store.etag(folder + wanted.name) is not None:
                continue  # somebody made one here
            carried.append(CarriedFile(", ".join(wanted.uris), self._store.uri(folder + wanted.name), "missing"))
        if new:
            replace_files(self._store, folder, new)
        return carried

    def _without_baseline(self, kind: str, files: Sequence[CarriedFile]) -> Iterator[LeftOut]:
        """What is missing of the baseline that the monitor compares with."""
        mend = (
            "Make a baseline (docs/guide/baselines.md): without one, windows are evaluated and compared with nothing."
        )
        absent = [each.uri for each in files if each.state == "missing"]
        if absent:
            why = "The schedule names what is not there."
            yield LeftOut("BaselineConfig", ", ".join(absent), why, mend)
            return
        places = [baseline_folder(self._endpoint, kind) + name for name in self._kinds.named(kind).baseline_files]
        carried = {each.place for each in files}
        if not any(self._store.uri(each) in carried or self._store.etag(each) is not None for each in places):
            yield LeftOut("BaselineConfig", "none", "The schedule names no file of a baseline.", mend)

    def _scripts(
        self, read: ReadSchedule, document: MonitorDocument | None
    ) -> tuple[list[CarriedFile], dict[str, object], list[LeftOut]]:
        """(files, fields of the document, what to say)."""
        carried, fields, left_out = list[CarriedFile](), dict[str, object](), list[LeftOut]()
        for field, script in read.scripts.items():
            name, there = self._script_name(script)
            first = document.capture_script if document is not None and field == "preprocess" else None
            if first is not None and first != name:
                why = f"Captures are read once for all monitors of an endpoint, and another one names {first}."
                left_out.append(LeftOut("RecordPreprocessorSourceUri", script.uri, why, "Make one script of the two."))
                continue
            if not there:
                self._store.put(script_key(name), script.body, content_type="text/x-python")
            carried.append(CarriedFile(script.uri, self._store.uri(script_key(name)), "there" if there else "copied"))
            fields[field] = name
        return carried, fields, left_out

    def _script_name(self, script: FoundFile) -> tuple[str, bool]:
        """(its name below scripts/, whether it is there): the endpoint's name tells two of one name apart.

        Raises:
            InvalidInputError: both names are taken by other scripts.
        """
        names = (script.name, f"{self._endpoint}-{script.name}")
        for name in names:
            found = self._store.find(script_key(name))
            if found is None or found.body == script.body:
                return name, found is not None
        raise InvalidInputError(
            f"there are other scripts named {' and '.join(names)}",
            where=script.uri,
            mend="Rename the script, or those below scripts/.",
        )

    def _write(self, kind: str, fields: Mapping[str, object]) -> MonitorDocument:
        """Adds the monitor; makes the document if there is none.

        Raises:
            _ThereError: somebody else added one of this kind in the meantime.
        """
        key = document_key(self._endpoint)
        draft = self._draft(kind, fields).encode()
        if not self._store.put_if_unchanged(key, draft, None, content_type=_YAML):

            def added(there: ScheduledMonitor | None) -> Mapping[str, object]:
                if there is not None:
                    raise _ThereError
                return fields

            set_monitor(self._store, self._endpoint, kind, added, kinds=self._kinds)
        self.text = self._store.get(key).body.decode()
        return load_document(self._store, self._endpoint, kinds=self._kinds)

    def _draft(self, kind: str, fields: Mapping[str, object]) -> str:
        """A document with this monitor alone. Raises InvalidInputError: there can be no such document."""
        stated: dict[str, str] = {}
        if self._capture is not None:
            stated = {"bucket": self._capture.bucket} if self._capture.bucket else {}
            stated["prefix"] = self._capture.prefix
        draft = Draft(self._endpoint, DraftColumns(), {kind: fields}, exclude=self._exclude, capture=stated)
        text = draft.text()
        parse_document(text, where=document_key(self._endpoint), model=self._kinds.document)
        return text


def _differences(document: MonitorDocument, capture: CapturePlace | None, exclude: Sequence[str]) -> Iterable[LeftOut]:
    """What a document that was there says otherwise: it is not changed."""
    if capture is not None and (capture.bucket, capture.prefix) != (document.capture.bucket, document.capture.prefix):
        where = f"s3://{capture.bucket}/{capture.prefix}" if capture.bucket else capture.prefix
        why = "The document, which was there, says that captures are elsewhere."
        yield LeftOut("DestinationS3Uri", where, why, "Look which is right.")
    known = document.columns.exclude if document.columns else ()
    missing = [name for name in exclude if name not in known]
    if missing:
        why = "The document, which was there, does not leave these columns out."
        yield LeftOut("ExcludeFeaturesAttribute", ", ".join(missing), why, "Name them in columns.exclude.")
