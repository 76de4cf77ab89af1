"""Computes the explanations of a task: from the model's file, from the answers of an endpoint, or by fitted trees."""

from dataclasses import dataclass, field, replace

import numpy as np

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.asking import Model, NamedModel
from driftline.domain.explanations.kernel_shap import KernelShap
from driftline.domain.explanations.links import Link
from driftline.domain.explanations.partial_dependence import PartialDependence
from driftline.domain.explanations.results import Explained
from driftline.domain.explanations.tasks import AskedEndpoint, AskedFunction, Kernel, ModelFile, Surrogate, Task
from driftline.domain.explanations.trees.forest import Forest
from driftline.domain.explanations.trees.links import Link as TreeLink
from driftline.domain.explanations.trees.links import predictions_of
from driftline.domain.explanations.trees.model_file import read_forest
from driftline.domain.explanations.trees.tree_shap import tree_shap
from driftline.usecases.explanations.answers import EndpointModel
from driftline.usecases.explanations.surrogates import of_surrogate
from driftline.usecases.explanations.tree_rows import TreeRows
from driftline.usecases.ports.explanations import ExplainedModels
from driftline.usecases.ports.predictions import Predictor


@dataclass(frozen=True)
class Solver:
    """`Solve` with real models.

    Attributes:
        predictor: Asks endpoints; None where none can be asked.
        function: The user's own model, of one-off analyses; None: there is none.
    """

    models: ExplainedModels
    predictor: Predictor | None
    function: NamedModel | None = None
    _forests: dict[ModelFile, Forest] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The last one: pieces of a window follow each other, and a model of 50 MB takes seconds to read."""

    def __call__(self, task: Task) -> Explained:
        """Raises: InvalidInputError: it cannot be had. RetryLaterError: the endpoint cannot answer now."""
        match task.source:
            case ModelFile():
                return self._of_trees(task, task.source)
            case AskedEndpoint():
                return self._of_endpoint(task, task.source)
            case AskedFunction():
                return self._of_function(task, task.source)
            case Surrogate():
                return of_surrogate(task, task.source)

    def _of_trees(self, task: Task, source: ModelFile) -> Explained:
        forest = self._forest(source)
        rows = TreeRows.of(forest.feature_names, task.features, source.uri)
        if task.dependence is not None:
            return _curves(task, lambda cells: forest.predict(rows.numbers(cells)))
        found = tree_shap(forest, rows.matrix(task.rows))
        logit = forest.link is TreeLink.LOGIT and forest.link_scale == 1
        margin = found.expected + found.values.sum(axis=1)
        return Explained(
            tuple(task.row_digests()),
            labels(forest.outputs),
            rows.spread(found.values),
            predictions_of(margin, TreeLink.LOGIT) if logit else margin,
            found.expected,
            logit=logit,
        )

    def _forest(self, source: ModelFile) -> Forest:
        """Known by the entity tag of its file, so that it cannot be that of another one."""
        found = self._forests.get(source)
        if found is None:
            found = read_forest(self._file(source), source.uri)
            self._forests.clear()
            self._forests[source] = found
        return found

    def _file(self, source: ModelFile) -> bytes:
        """Raises InvalidInputError: it is another one by now, whose explanations must not be taken for this one's."""
        body = self.models.read(source.uri)
        if self.models.etag(source.uri) != source.etag:
            raise InvalidInputError(
                "the model's file was replaced while its explanations were requested",
                where=source.uri,
                expected="the same file until then",
                mend="Run the monitor again, or upload the baseline's data set again.",
            )
        return body

    def _of_endpoint(self, task: Task, source: AskedEndpoint) -> Explained:
        if self.predictor is None:
            raise InvalidInputError(f"the endpoint {source.name} cannot be asked here", expected="AWS")
        model = EndpointModel(source, task.features, self.predictor)
        found = _curves(task, model) if task.dependence is not None else _by_kernel(task, source.kernel, model)
        return replace(found, requests=model.requests)

    def _of_function(self, task: Task, source: AskedFunction) -> Explained:
        if self.function is None:
            raise InvalidInputError(
                f"the function {source.name} cannot be asked here", expected="the user's own machine"
            )
        model = self.function(task.features)
        return _curves(task, model) if task.dependence is not None else _by_kernel(task, source.kernel, model)


def _by_kernel(task: Task, kernel: Kernel, model: Model) -> Explained:
    explained = [task.features.index(name) for name in kernel.features] or None
    shap = KernelShap(
        model,
        kernel.baseline,
        num_samples=kernel.samples,
        link=Link.LOGIT if kernel.logit else Link.IDENTITY,
        features=explained,
        seed=kernel.seed,
    )
    found = list(shap.explain(task.rows))
    notes = [] if shap.determined else ["kernel.num_samples is too small to tell the features apart."]
    expected = shap.expected_value
    if explained is not None and len(explained) < len(task.features):
        expected = np.mean([each.expected for each in found], axis=0)
        notes.append("A row's contributions begin at the answer to its values of the features that are left out.")
    return Explained(
        tuple(task.row_digests()),
        labels(len(expected)),
        np.array([each.attributions for each in found]),
        np.array([each.prediction for each in found]),
        expected,
        notes=tuple(notes),
        logit=kernel.logit,
    )


def labels(outputs: int) -> tuple[str, ...]:
    """Clarify's names of outputs that have none."""
    return tuple(f"label{place}" for place in range(outputs))


def _curves(task: Task, model: Model) -> Explained:
    assert task.dependence is not None  # it is wanted
    places = [task.features.index(name) for name in task.dependence.features]
    found = PartialDependence(task.rows, places, task.dependence.buckets)
    entries = [
        curve.clarify_entry(task.features[curve.grid.place], labels(len(curve.predictions)))
        for curve in found.curves(model)
    ]
    nothing = np.zeros((0, len(task.features), 1))
    return Explained((), (), nothing, nothing[:, 0, :1], np.zeros(1), dependence=tuple(entries))
