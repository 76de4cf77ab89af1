"""Arguments of SageMaker's SDK that have no meaning here, and those that cannot be honoured."""

from collections.abc import Mapping
from pathlib import Path
from warnings import warn

from driftline.domain.errors import InvalidInputError

_OURS = (str(Path(__file__).parent),)

DEFAULT_COUNT, DEFAULT_TYPE, DEFAULT_VOLUME = 1, "ml.m5.xlarge", 30
"""The SDK's own: who passes these has not chosen anything."""

_WHY = {
    "role": "the stack's functions have roles of their own",
    "instance_count": "functions need no instances",
    "instance_type": "functions need no instances",
    "volume_size_in_gb": "functions need no volumes",
    "max_runtime_in_seconds": "a function runs for 15 minutes at most",
    "volume_kms_key": "functions need no volumes",
    "output_kms_key": "the bucket's default encryption applies",
    "kms_key": "the bucket's default encryption applies",
    "tags": "`tags` in the monitor document group endpoints",
    "output_s3_uri": "files are where docs/reference/bucket.md says: baselines/ and reports/",
    "version": "this release of Driftline analyses",
    "skip_early_validation": "the configuration is always checked",
    "experiment_config": "no trial of an experiment is recorded",
}

_DEFAULTS: Mapping[str, object] = {
    "instance_count": DEFAULT_COUNT,
    "instance_type": DEFAULT_TYPE,
    "volume_size_in_gb": DEFAULT_VOLUME,
    "skip_early_validation": False,
}

_ON_CAPTURES = "Scripts run on captures. Run it on the data set yourself, and pass the result."

_JOINED = "Write the column into the data set itself, and name it."

_FORECASTS = "Forecasts cannot be explained. Explain the rows of a table with SHAPConfig."

_INSTEAD = {
    "network_config": "Functions run in the account's Lambda network. Leave the argument out.",
    "record_preprocessor_script": _ON_CAPTURES,
    "post_analytics_processor_script": _ON_CAPTURES,
    "env": "Scripts have no environment of their own. Leave the argument out, and put values into the script.",
    "exclude_features_attribute": "Name the columns in the monitor document: columns: {exclude: [id]}.",
    "features": "Write each feature as a field of its own, and name others in excluded_columns.",
    "facet_dataset_uri": _JOINED,
    "facet_headers": _JOINED,
    "predicted_label_dataset_uri": _JOINED,
    "predicted_label_headers": _JOINED,
    "segmentation_config": "Write each part into a data set of its own, and analyse it; or name its column as a facet.",
    "time_series_data_config": _FORECASTS,
    "time_series_model_config": _FORECASTS,
    "text_config": "Leave the argument out; texts count as categories.",
    "image_config": "Images cannot be explained: Driftline reads tables.",
    "custom_attributes": "Endpoints are asked without. Make an endpoint that answers without.",
    "target_model": "Endpoints are asked without. Deploy the model to an endpoint of its own.",
    "monitoring_config_override": "Change body_dict of suggested_constraints(), and pass it as constraints.",
}


class UnusedArgumentWarning(UserWarning):
    """An argument has no meaning here; the call does everything else."""


class Explained:
    """Explains each argument once for a monitor."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def of(self, arguments: Mapping[str, object]) -> None:
        """Warns of arguments that were passed and have no meaning; None, or SageMaker's default, is not passed.

        Args:
            arguments: Of a call; those with a meaning are left out.
        """
        passed = {name: value for name, value in arguments.items() if name in _WHY and value is not None}
        stated = [name for name, value in passed.items() if value != _DEFAULTS.get(name)]
        new = [name for name in stated if name not in self._known]
        self._known.update(new)
        reasons: dict[str, list[str]] = {}
        for name in new:
            reasons.setdefault(_WHY[name], []).append(name)
        if reasons:
            text = "; ".join(f"{', '.join(names)}: {why}" for why, names in reasons.items())
            said = f"no meaning in Driftline, and not used: {text}"
            warn(said, UnusedArgumentWarning, skip_file_prefixes=_OURS)  # the line of the notebook


def refuse_shared(call: Mapping[str, object], where: str) -> None:
    """Raises InvalidInputError: an argument of all monitors was passed that cannot be honoured."""
    refuse({name: call.get(name) for name in ("env", "network_config")}, where)


def refuse(arguments: Mapping[str, object], where: str) -> None:
    """Raises InvalidInputError: one was passed, and leaving it out would change the result."""
    for name, value in arguments.items():
        if value:
            raise InvalidInputError(f"{name} cannot be honoured", where=where, mend=_INSTEAD[name])
