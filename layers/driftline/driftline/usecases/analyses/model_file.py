"""An analysis whose model is a file of trees: the configuration that goes with it, and who answers."""

from dataclasses import dataclass

from driftline.domain.explanations.trees.model_file import read_forest
from driftline.kinds.analyst import GivenModel
from driftline.usecases.analyses.analyse import has_headers, label_headers, with_answers_of
from driftline.usecases.analyses.model_answers import ModelAnswers, forest_model
from driftline.usecases.explanations.tree_rows import own_names


@dataclass(frozen=True)
class ByFile:
    """Attributes: features: The model's own names, where the configuration does not say what the columns are."""

    config: bytes
    model: GivenModel
    features: tuple[str, ...]
    answers: ModelAnswers


def by_file(config: bytes, uri: str, body: bytes, where: str) -> ByFile:
    """Reads the model before the data set, so that a damaged file is said at once.

    Args:
        uri, body: Of the model's file.
        where: The configuration, for errors.

    Raises:
        InvalidInputError: either cannot be read.
    """
    forest = read_forest(body, uri)
    answers = ModelAnswers(forest_model(forest, uri), label_headers(config))
    features = () if has_headers(config) else own_names(forest.feature_names)
    return ByFile(with_answers_of(config, uri, where), GivenModel("model", uri), features, answers)
