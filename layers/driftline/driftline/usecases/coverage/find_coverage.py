"""All endpoints of a SageMaker account and of a store, each with who watches it. Nothing is changed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from driftline.domain.capture.captured import Captured, CaptureState
from driftline.domain.coverage.endpoint import EndpointCoverage
from driftline.domain.coverage.watch import Evaluated, Watch, Watcher
from driftline.kinds.kind import Kinds
from driftline.usecases.coverage.stored_watches import StoredEndpoint, stored_endpoints
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.monitoring_schedules import ListedSchedule
from driftline.usecases.ports.sagemaker_account import AccountEndpoint, SageMakerAccount
from driftline.usecases.side_by_side import AT_ONCE, side_by_side

_ACTIVE = frozenset({"Scheduled", "Pending"})
_NONE = Captured(CaptureState.OFF)
_UNKNOWN = Captured(CaptureState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was found.

    Attributes:
        where: Region and account; empty if nobody looked there.
        endpoints: By name.
        batches: Schedules over batch transform jobs, which have no endpoint.
        unseen: Why something could not be seen, each reason once.
        documents: How many monitor documents the store has.
    """

    where: str
    endpoints: tuple[EndpointCoverage, ...]
    batches: tuple[Watch, ...] = ()
    unseen: tuple[str, ...] = ()
    documents: int = 0


@dataclass(frozen=True, slots=True)
class _Seen[T]:
    """An answer of the account, or why there is none."""

    answer: T | None = None
    reason: str = ""


@dataclass(slots=True)
class _Account:
    """What the account has.

    Attributes:
        endpoints: None if they could not be listed, or nobody wanted to.
        watches: Schedules, with the endpoint of each; None for batch transform jobs.
    """

    where: str = ""
    endpoints: Mapping[str, AccountEndpoint] | None = None
    captured: Mapping[str, Captured] = field(default_factory=dict)
    watches: Sequence[tuple[str | None, Watch]] = ()
    schedules_seen: bool = True
    unseen: list[str] = field(default_factory=list)


def find_coverage(
    store: ObjectStore,
    account: SageMakerAccount | None,
    *,
    kinds: Kinds,
    stands_for_buckets: bool = False,
    step: Callable[[str], None] = lambda _endpoint: None,
) -> Coverage:
    """Looks at the account and the store.

    An account of E endpoints and S schedules takes E/100 + S/100 calls, one for each endpoint, one for each different
    endpoint configuration that captures, and one for each schedule, AT_ONCE side by side. What a person may not see is
    a reason in `unseen`, and unknown in the endpoints that it concerns; everything else goes on.

    Args:
        account: None: only the store.
        stands_for_buckets: The store is a folder, which stands for every bucket that a document may name.
        step: Called with the name of each endpoint of the account after it was looked at.
    """
    stored = stored_endpoints(store, kinds=kinds)
    found = _looked_at(account, step) if account else _Account()
    by_endpoint: dict[str, list[Watch]] = {}
    for endpoint, watch in found.watches:
        if endpoint is not None:
            by_endpoint.setdefault(endpoint, []).append(watch)
    # Reports alone are of an endpoint that nobody wants to watch any more.
    wanted = {name for name, each in stored.items() if each.has_document or each.captures}
    names = wanted | set(found.endpoints or ()) | set(by_endpoint)
    own = "" if stands_for_buckets else store.name
    return Coverage(
        found.where,
        tuple(
            _covered(stored.get(name, StoredEndpoint(name)), found, tuple(by_endpoint.get(name, ())), own)
            for name in sorted(names)
        ),
        tuple(watch for endpoint, watch in found.watches if endpoint is None),
        tuple(dict.fromkeys(found.unseen)),
        sum(each.has_document for each in stored.values()),
    )


def _covered(stored: StoredEndpoint, account: _Account, schedules: tuple[Watch, ...], own: str) -> EndpointCoverage:
    """One endpoint, from what the store and what the account has.

    Args:
        own: The name of the store's bucket; empty if it stands for every bucket.
    """
    name = stored.endpoint
    listed = account.endpoints.get(name) if account.endpoints is not None else None
    captured = account.captured.get(name, _UNKNOWN if account.endpoints is None else _NONE)
    if stored.captures and (listed is None or captured.serverless or captured.state is CaptureState.UNKNOWN):
        # Of others, SageMaker's word counts: files of the past do not say that it still captures.
        captured = replace(captured, state=CaptureState.FILES)
    return EndpointCoverage(
        name,
        listed.status if listed else None,
        (*stored.watches, *schedules),
        captured,
        absent=account.endpoints is not None and listed is None,
        schedules_seen=account.schedules_seen,
        reports=stored.reports,
        document_error=stored.error,
        reads_bucket=(stored.bucket or own) if own and stored.has_document and not stored.error else "",
    )


def _looked_at(account: SageMakerAccount, step: Callable[[str], None]) -> _Account:
    found = _Account()
    where = _seen(account, lambda _: account.where, None)
    found.where = where.answer or "an unknown account"
    endpoints = _seen(account, lambda _: list(account.endpoints()), None)
    schedules = _seen(account, lambda _: list(account.schedules()), None)
    found.schedules_seen = schedules.answer is not None
    found.unseen += filter(None, (where.reason, endpoints.reason, schedules.reason))
    if endpoints.answer is not None:
        _look_at_endpoints(account, endpoints.answer, found, step)
    found.watches = _watches(account, schedules.answer or ())
    found.unseen += [watch.unseen for _, watch in found.watches if watch.unseen]
    return found


def _look_at_endpoints(
    account: SageMakerAccount, endpoints: Iterable[AccountEndpoint], found: _Account, step: Callable[[str], None]
) -> None:
    """Those that are gone since they were listed are left out."""
    there, captured = {}, {}
    listed = list(endpoints)
    look = partial(_seen, account, account.captured)
    for each, seen in zip(listed, side_by_side(look, [each.name for each in listed], AT_ONCE), strict=True):
        step(each.name)
        if seen.reason:
            captured[each.name] = Captured(CaptureState.UNKNOWN, unseen=seen.reason)
        elif seen.answer is not None:
            captured[each.name] = seen.answer
        else:
            continue
        there[each.name] = each
    found.endpoints, found.captured = there, captured
    found.unseen += [each.unseen for each in captured.values() if each.unseen]


def _watches(account: SageMakerAccount, schedules: Sequence[ListedSchedule]) -> list[tuple[str | None, Watch]]:
    look = partial(_seen, account, account.last_evaluated)
    watches = []
    names = [each.name for each in schedules]
    for each, seen in zip(schedules, side_by_side(look, names, AT_ONCE), strict=True):
        last = Evaluated(seen.answer) if seen.answer else None
        active = each.status in _ACTIVE
        watch = Watch(Watcher.SAGEMAKER, each.name, each.monitoring_type, active, each.status, last, seen.reason)
        watches.append((each.endpoint, watch))
    return watches


def _seen[A, T](account: SageMakerAccount, look: Callable[[A], T | None], at: A) -> _Seen[T]:
    try:
        return _Seen(look(at))
    except Exception as error:  # noqa: BLE001, `why` raises what is a defect
        return _Seen(None, account.why(error))
