"""The model of `driftline explain`, and the work of asking it: followed, limited, agreed to, and kept."""

from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import typer

from driftline.adapters.aws.sagemaker_endpoints import SageMakerEndpoints
from driftline.adapters.by_hand.explaining import LocalModels, located
from driftline.adapters.folder.store import FolderStore
from driftline.adapters.own_code.predictor import OwnPredictor, load_predictor
from driftline.cli.exits import ExitCode
from driftline.cli.output import Following, Output
from driftline.domain.errors import InvalidInputError, RetryLaterError
from driftline.domain.explanations.tasks import AskedEndpoint, Task
from driftline.kinds.analyst import GivenModel
from driftline.presentation.text import count
from driftline.usecases.analyses.analyse import label_headers, model_of, with_answers_of, with_endpoint
from driftline.usecases.analyses.model_answers import ModelAnswers
from driftline.usecases.analyses.model_file import by_file
from driftline.usecases.explanations.requested import RequestedExplanations
from driftline.usecases.explanations.solve import Solver
from driftline.usecases.ports.predictions import Predictor

CACHE = ".driftline-explained"
"""Folder next to the results, with what is explained already."""

_FIRST = 3
"""Requests after which the time of the others is known."""

_MANY = 50
"""Requests that nobody is asked about."""

_PARTS = 5
"""Pieces are smaller than those of `explain_model` by this factor: an interruption costs seconds."""


@dataclass(frozen=True)
class Chosen:
    """The model, and the configuration that goes with it.

    Attributes:
        model: None: the endpoint that the configuration names.
        features: As the user says, or the model itself.
        answers: Who answers for a model that is no endpoint.
    """

    config: bytes
    model: GivenModel | None
    features: tuple[str, ...]
    answers: Predictor | None = None
    function: OwnPredictor | None = None


@dataclass(frozen=True)
class ModelChoice:
    """What the user said about the model."""

    model: str | None
    endpoint: str | None
    predictor: str | None

    def chosen(self, config: bytes, where: str, features: tuple[str, ...]) -> Chosen:
        """Reads the model before the data set, so that a damaged file is said at once.

        Raises:
            InvalidInputError: several models, a file that cannot be read, or code that cannot be imported.
        """
        given = {"--model": self.model, "--endpoint": self.endpoint, "--predictor": self.predictor}
        named = [name for name, value in given.items() if value is not None]
        if len(named) > 1:
            raise InvalidInputError(f"{' and '.join(named)}", where="the model", expected="one of them")
        model = self.model if named else model_of(config)
        if model is not None:
            name = located(model)
            by = by_file(config, name, LocalModels().read(name), where)
            return Chosen(by.config, by.model, features or by.features, by.answers)
        if self.predictor is not None:
            own = load_predictor(self.predictor, Path())
            config_ = with_answers_of(config, self.predictor, where)
            answers = ModelAnswers(own, label_headers(config))
            return Chosen(config_, GivenModel("predictor", self.predictor, own.etag), features, answers, own)
        config_ = with_endpoint(config, self.endpoint, where) if self.endpoint is not None else config
        return Chosen(config_, None, features)


@dataclass
class Work:
    """What an analysis asks of its model.

    Attributes:
        cache: Folder with what is explained already.
        most_requests: To an endpoint.
        ask: Somebody on a terminal agrees before many requests.
    """

    output: Output
    bar: Following
    cache: Path
    chosen: Chosen
    most_requests: int
    ask: bool
    endpoint: "LimitedEndpoint" = field(init=False)

    def __post_init__(self) -> None:
        self.endpoint = LimitedEndpoint(SageMakerEndpoints(), self.most_requests, self.output, ask=self.ask)

    @property
    def requests(self) -> int:
        return self.endpoint.requests

    @property
    def predictor(self) -> Predictor:
        """Who answers where the data set needs predictions."""
        return self.chosen.answers or self.endpoint

    @property
    def explanations(self) -> RequestedExplanations:
        models = LocalModels()
        solver = Solver(models, self.endpoint, self.chosen.function)
        store = FolderStore(self.cache, "explained")
        return RequestedExplanations(store, "analysis", models, solver, self._follow, _PARTS)

    def _follow(self, task: Task, done: int, total: int) -> None:
        if isinstance(task.source, AskedEndpoint) and task.dependence is None:
            self.endpoint.plan((total - done) * task.source.requests_of_row(len(task.features)), total - done)
        what = "explaining rows" if task.dependence is None else "partial dependence, rows"
        asked = f" ({self.requests:,} requests)" if self.requests else ""
        self.bar(what + asked, done, total)


@dataclass
class LimitedEndpoint:
    """`Predictor` of an endpoint: counts requests, says how long they will take, and stops at the limit."""

    predictor: Predictor
    most: int
    output: Output
    ask: bool
    requests: int = field(default=0, init=False)
    seconds: float = field(default=0.0, init=False)
    planned: int = field(default=0, init=False)
    rows: int = field(default=0, init=False)
    agreed: bool = field(default=False, init=False)

    def plan(self, requests: int, rows: int) -> None:
        """How many requests are to come at most, for so many rows."""
        if not self.planned and requests:
            self.planned, self.rows = requests, rows
            said = f"{count(rows, 'row')} to explain: at most {count(requests, 'request')} to the endpoint"
            self.output.note(f"{said}, and some for partial dependence.")

    def answer(self, endpoint: str, body: bytes, content_type: str, accept: str) -> bytes:
        """See `Predictor.answer`.

        Raises:
            InvalidInputError: the limit is reached.
        """
        if self.requests >= self.most:
            raise InvalidInputError(
                f"{count(self.requests, 'request')} were sent",
                where=endpoint,
                expected=f"at most {self.most:,}",
                mend="What is explained is kept: run the same command again to go on, or raise --most-requests.",
            )
        begin = perf_counter()
        try:
            found = self.predictor.answer(endpoint, body, content_type, accept)
        except RetryLaterError as error:
            raise InvalidInputError(
                error.what,
                where=endpoint,
                expected="an answer",
                mend="What is explained is kept: run the same command again in a while to go on.",
            ) from None
        self.requests += 1
        self.seconds += perf_counter() - begin
        if self.planned and self.requests >= _FIRST and not self.agreed:
            self._agree(endpoint)
        return found

    def _agree(self, endpoint: str) -> None:
        """Raises Exit: somebody does not want it."""
        self.agreed = True
        each = self.seconds / self.requests
        self.output.note(
            f"A request takes {each:.2f} s: about {_span(each * self.planned)} in all. A running endpoint costs the "
            "same with or without them; a serverless one bills this time."
        )
        wanted = not self.ask or self.planned <= _MANY or not self.output.is_terminal
        if not wanted and not self.output.confirm(f"Send them to {endpoint}?"):
            self.output.note("Nothing more was sent. What is explained is kept.")
            raise typer.Exit(ExitCode.INTERRUPTED)


def _span(seconds: float) -> str:
    if seconds < 90:  # noqa: PLR2004
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"  # noqa: PLR2004
