"""Batches side by side on this machine, each in one of several processes.

A process that is ended while it works on a batch takes no other batch along: another one begins with it again, and is
careful.
"""

import multiprocessing
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Self

from driftline.adapters.aws.sagemaker_endpoints import SageMakerEndpoints
from driftline.adapters.by_hand.explaining import explaining
from driftline.adapters.by_hand.unannounced import UnannouncedStore
from driftline.adapters.scripts.processes import ScriptProcesses
from driftline.adapters.tables.duck import DuckTables
from driftline.cli import options
from driftline.cli.places import Place, open_place
from driftline.domain.backfill.plan import Plan, step_of
from driftline.domain.executions.execution import Execution, ExecutionRequest
from driftline.kinds.registry import KINDS
from driftline.usecases.backfill.baseline_work import baseline_work
from driftline.usecases.backfill.capture_work import capture_work
from driftline.usecases.backfill.day_work import day_work
from driftline.usecases.backfill.label_work import label_work
from driftline.usecases.backfill.page_work import page_work
from driftline.usecases.backfill.window_work import replay_windows
from driftline.usecases.backfill.work_batch import Work, load_plan, work_batch
from driftline.usecases.baselines.uploads import Reading
from driftline.usecases.executions.read_window import read_window
from driftline.usecases.executions.run_monitor import run_monitor
from driftline.usecases.executions.unpublished import NoEvents, NoMetrics
from driftline.usecases.pages.render_index import render_index_page
from driftline.usecases.ports import ObjectStore

MOST_ATTEMPTS = 8
"""Of a batch: an item that ends its process takes four, and there may be more than one."""

_POLL_SECONDS = 0.5


def work(place: Place, plan: Plan, task: str) -> None:
    """A batch of files or pages, or all windows of a monitor.

    Args:
        task: The name of a batch, or of a monitor.
    """
    if task in plan.monitors:
        replay_windows(plan, task, partial(execute, place), store=place.store, time_is_short=_never)
        return
    work_batch(plan.id, task, _work_on(place, plan, task), store=place.store, time_is_short=_never)


def _work_on(place: Place, plan: Plan, batch: str) -> Work:
    limit = options.unpacked_bytes()
    match step_of(batch):
        case "captures":
            return capture_work(
                plan,
                batch,
                state=place.store,
                stores=place.stores,
                scripts=ScriptProcesses(),
                tables=DuckTables(),
                kinds=KINDS,
                unpacked_bytes=limit,
            )
        case "labels":
            return label_work(plan, batch, store=place.store, tables=DuckTables(), kinds=KINDS, unpacked_bytes=limit)
        case "days":
            return day_work(plan, batch, read=partial(read_window, **_reading(place)))
        case "files" | "suggest":
            reading = Reading(place.store, DuckTables(), _Unheard(), KINDS, SageMakerEndpoints(), explaining())
            return baseline_work(plan, batch, reading=reading)
        case _:
            return page_work(plan, batch, store=place.store, kinds=KINDS, index=IndexAtOnce(place.store))


def execute(place: Place, request: ExecutionRequest) -> Execution:
    """As `driftline run` does: the same files, and nothing is published."""
    return run_monitor(request, metrics=NoMetrics(), events=NoEvents(), signals_namespace=None, **_reading(place))


def _reading(place: Place) -> dict[str, Any]:
    return {
        "store": UnannouncedStore(place.store),
        "stores": place.stores,
        "scripts": ScriptProcesses(),
        "tables": DuckTables(),
        "kinds": KINDS,
        "explaining": explaining(),
    }


class _Unheard:
    """Operators: the command says what there is to say when the work is done."""

    def notify(self, subject: str, message: str) -> None:
        pass


class IndexAtOnce:
    """Index requests: without a queue, the page of all endpoints is made at once."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def request(self) -> None:
        render_index_page(self._store, kinds=KINDS)


class Processes:
    """Several processes; a context that ends with them.

    Args:
        location: The store, as the user wrote it.
        run: The run that they work on.
        number: Maximum number of processes; they start when there is work for them.
    """

    def __init__(self, location: str, run: str, number: int) -> None:
        self._location, self._run, self._number = location, run, number
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.end()

    def work(self, tasks: Iterable[str], waiting: Callable[[], None]) -> dict[str, str]:
        """Works on the tasks; returns those that could not be finished, with the reason.

        Args:
            waiting: Called twice a second.
        """
        todo = deque(tasks)
        attempts: Counter[str] = Counter()
        failed: dict[str, str] = {}
        while True:
            self._hand_out(todo)
            busy = [worker for worker in self._workers if worker.task is not None]
            if not busy:
                return failed
            ready = wait([worker.connection for worker in busy], _POLL_SECONDS)
            for worker in busy:
                if worker.connection not in ready:
                    continue
                task, error = worker.taken()
                if error is None:
                    continue
                attempts[task] += 1
                if attempts[task] < MOST_ATTEMPTS:
                    todo.append(task)
                else:
                    failed[task] = error
            waiting()

    def _hand_out(self, todo: deque[str]) -> None:
        while todo:
            worker = next((each for each in self._workers if each.task is None), None)
            if worker is None and len(self._workers) < self._number:
                worker = _Worker(self._location, self._run)
                self._workers.append(worker)
            if worker is None:
                return
            worker.give(todo.popleft())


@dataclass
class _Worker:
    """A process, which is replaced when it ends.

    Attributes:
        task: What it works on; None if it waits.
    """

    location: str
    run: str
    task: str | None = None
    process: BaseProcess = field(init=False)
    connection: Connection = field(init=False)

    def __post_init__(self) -> None:
        self._start()

    def give(self, task: str) -> None:
        self.task = task
        self.connection.send(task)

    def taken(self) -> tuple[str, str | None]:
        """(the task that it worked on, why it is not finished)."""
        task, self.task = self.task or "", None
        try:
            error: str | None = self.connection.recv()
        except (EOFError, OSError):
            self.process.join()
            error = f"the process ended with exit code {self.process.exitcode}"
            self.connection.close()
            self._start()
        return task, error

    def end(self) -> None:
        self.connection.close()
        if self.task is not None:
            self.process.terminate()
        self.process.join()

    def _start(self) -> None:
        # A fork would inherit the threads of this process, and their locks.
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, self.location, self.run), daemon=False)
        self.process.start()
        theirs.close()


def _serve(connection: Connection, location: str, run: str) -> None:
    """The process: works on tasks until the other side closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the first process ends the others
    place = open_place(location)
    plan = load_plan(place.store, run)
    while True:
        try:
            task: str = connection.recv()
        except EOFError:
            return
        try:
            work(place, plan, task)
            connection.send(None)
        except Exception as error:  # noqa: BLE001 - of AWS, and defects: the batch is tried again, then named
            connection.send(str(error) or type(error).__name__)


def _never() -> bool:
    """This machine has all the time of the world."""
    return False
