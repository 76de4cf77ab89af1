"""Classes of `sagemaker.clarify` for what Driftline does not analyse: one is refused when it is made."""

from typing import ClassVar

from driftline.domain.errors import InvalidInputError


class _Refused:
    _what: ClassVar[str]
    _instead: ClassVar[str]

    def __init__(self, *_: object, **__: object) -> None:
        raise InvalidInputError(self._what, where=type(self).__name__, mend=self._instead)


class TextConfig(_Refused):
    """Explanations of parts of texts."""

    _what = "parts of texts cannot be explained"
    _instead = "Leave text_config out; texts count as categories."


class ImageConfig(_Refused):
    """Explanations of parts of images."""

    _what = "images cannot be explained"
    _instead = "Analyse images with another tool; Driftline reads tables."


class SegmentationConfig(_Refused):
    """Metrics of parts of the data set."""

    _what = "a data set is analysed as a whole"
    _instead = "Write each part into a data set of its own, and analyse it; or name its column as a facet."


class AsymmetricShapleyValueConfig(_Refused):
    """Explanations of forecasts."""

    _what = "forecasts cannot be explained"
    _instead = "Explain the rows of a table with SHAPConfig."


class TimeSeriesDataConfig(AsymmetricShapleyValueConfig):
    """A data set of time series."""


class TimeSeriesModelConfig(AsymmetricShapleyValueConfig):
    """A model that forecasts."""
