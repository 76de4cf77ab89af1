"""The data set of an analysis: its format, columns, and what is left out."""

from dataclasses import dataclass

from driftline.domain.analysis_config.fields import Fields

KNOWN = frozenset(
    {
        *("version", "dataset_type", "dataset_uri", "headers", "label", "predicted_label", "features"),
        *("label_values_or_threshold", "probability_threshold", "segment_config", "facet", "facet_dataset_uri"),
        *("facet_headers", "predicted_label_dataset_uri", "predicted_label_headers", "excluded_columns"),
        *("joinsource_name_or_index", "group_variable", "time_series_data_config", "methods", "predictor"),
        "driftline_model",
    }
)
"""Fields of the schema of the SageMaker SDK (ANALYSIS_CONFIG_SCHEMA_V1_0), and where a model's file is."""

DATASET_TYPES = (
    *("text/csv", "application/jsonlines", "application/json", "application/sagemakercapturejson"),
    *("application/x-parquet", "application/x-image"),
)

JSON_TYPES = frozenset({"application/json", "application/jsonlines"})


@dataclass(frozen=True, slots=True)
class DatasetConfig:
    """What is read; columns are names, or a place as text where the file has no headers.

    Attributes:
        label: Column or JMESPath; the last header is its name where it is a path.
        features: JMESPath of the features in JSON.
        excluded: Columns that the model does not get.
        joinsource: Column that identifies a row in other files; the model does not get it.
    """

    type: str | None = None
    uri: str | None = None
    headers: tuple[str, ...] = ()
    label: str | None = None
    predicted_label: str | None = None
    features: str | None = None
    excluded: tuple[str, ...] = ()
    joinsource: str | None = None

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Headers of what the model gets; none without headers.

        The last header is the label's where the label is a path.
        """
        label = self.label
        if label is not None and self.headers and label not in self.headers:
            label = self.headers[-1]
        others = {label, self.predicted_label, self.joinsource, *self.excluded}
        return tuple(each for each in self.headers if each not in others)


def read_dataset(fields: Fields) -> DatasetConfig:
    """The data set's part of a file; problems go to the fields."""
    fields.unknown(KNOWN, "Clarify's analysis configuration")
    headers = tuple(fields.entries("headers", str, "a list of column names"))
    doubled = sorted({name for name in headers if headers.count(name) > 1})
    if doubled:
        fields.problem("headers", f"{doubled[0]!r} occurs twice", "each name once", "Rename one of the columns.")
    kind = fields.choice("dataset_type", DATASET_TYPES)
    label = fields.get("label")
    paths = kind in JSON_TYPES or any(mark in str(label or "") for mark in "[(*")
    return DatasetConfig(
        type=kind,
        uri=fields.text("dataset_uri"),
        headers=headers,
        label=label if paths and isinstance(label, str) else _column(fields, "label", headers),
        predicted_label=_column(fields, "predicted_label", () if paths else headers),
        features=fields.text("features"),
        excluded=fields.columns("excluded_columns", headers),
        joinsource=_column(fields, "joinsource_name_or_index", () if paths else headers),
    )


def _column(fields: Fields, name: str, headers: tuple[str, ...]) -> str | None:
    given = fields.get(name)
    return None if given is None else fields.column(given, name, headers)
