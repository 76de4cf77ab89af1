"""`SHAPConfig` and `PDPConfig`: how a model is explained."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import override

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.aggregation import Aggregation
from driftline.sagemaker.fields import Config, check_choice, stated
from driftline.sagemaker.unused import refuse


class ExplainabilityConfig(ABC):
    """A method that explains a model."""

    @abstractmethod
    def get_explainability_config(self) -> Config:
        """Its fields of `methods` of analysis_config.json."""


class SHAPConfig(ExplainabilityConfig):
    """SHAP values: exact ones of a model's file (TreeSHAP), and Kernel SHAP of an endpoint.

    Args:
        baseline: Rows of features that stand for a feature's absence, or the place of a file with them. None: chosen
            from the data set.
        num_samples: Questions about each row. None: 2 × features + 2,048, or all 2^features − 2.
        agg_method: How a feature's values become one: `mean_abs` (None), `median` or `mean_sq`.
        use_logit: Explain log-odds instead of probabilities.
        save_local_shap_values: `explanations_shap/out.csv` is written in any case.
        seed: Of the drawn questions.
        num_clusters: Centres of so many clusters of the data set as baseline.
        features_to_explain: By name or place. None: all.

    Raises:
        InvalidInputError: both `baseline` and `num_clusters`, an unknown `agg_method`, or texts or images.
    """

    def __init__(
        self,
        baseline: str | Sequence[object] | Mapping[str, object] | None = None,
        num_samples: int | None = None,
        agg_method: str | None = None,
        use_logit: bool = False,
        save_local_shap_values: bool = True,
        seed: int | None = None,
        num_clusters: int | None = None,
        text_config: object = None,
        image_config: object = None,
        features_to_explain: Sequence[str | int] | None = None,
    ) -> None:
        refuse({"text_config": text_config, "image_config": image_config}, "SHAPConfig")
        check_choice(agg_method, tuple(Aggregation), "agg_method")
        if baseline is not None and num_clusters is not None:
            raise InvalidInputError("both baseline and num_clusters", where="SHAPConfig", expected="one of the two")
        self.shap_config: Config = {
            "use_logit": use_logit,
            "save_local_shap_values": save_local_shap_values,
            **stated(
                baseline=baseline,
                num_samples=num_samples,
                agg_method=agg_method,
                seed=seed,
                num_clusters=num_clusters,
                features_to_explain=features_to_explain,
            ),
        }

    @override
    def get_explainability_config(self) -> Config:
        """The field `shap` of `methods`."""
        return deepcopy({"shap": self.shap_config})


class PDPConfig(ExplainabilityConfig):
    """Partial dependence of the predictions on single features.

    Args:
        features: By name or place. None: those that contribute most, with a `SHAPConfig`.
        grid_resolution: Buckets of a feature that is a number.
        top_k_features: How many, if `features` does not say which.
    """

    def __init__(
        self, features: Sequence[object] | None = None, grid_resolution: int = 15, top_k_features: int = 10
    ) -> None:
        self.pdp_config: Config = {
            "grid_resolution": grid_resolution,
            "top_k_features": top_k_features,
            **stated(features=features),
        }

    @override
    def get_explainability_config(self) -> Config:
        """The field `pdp` of `methods`."""
        return deepcopy({"pdp": self.pdp_config})
