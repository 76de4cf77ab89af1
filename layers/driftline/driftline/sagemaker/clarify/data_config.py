"""`DataConfig`: where the data set is, what its columns are, and where the results go."""

from collections.abc import Sequence
from copy import deepcopy

from driftline.domain.analysis_config.dataset import read_dataset
from driftline.domain.analysis_config.fields import Fields
from driftline.domain.errors import InvalidInputError
from driftline.sagemaker.fields import Config, check_choice, stated
from driftline.sagemaker.unused import refuse

TYPES = ("text/csv", "application/jsonlines", "application/x-parquet")

_UNREADABLE = {
    "application/json": "a whole JSON document has to fit into memory, so none is read",
    "application/x-image": "images cannot be analysed",
}


class DataConfig:
    """A data set. A place is `s3://…`, or a path.

    Args:
        s3_data_input_path: A file, a folder, an object, or a prefix.
        s3_output_path: A folder, or a prefix, for analysis.json and report.html.
        s3_analysis_config_output_path: For analysis_config.json; by default `s3_output_path`.
        label, predicted_label: Columns.
        headers: Names of the columns; of a file without a header, or as its header has them.
        dataset_type: `text/csv`, `application/jsonlines` or `application/x-parquet`.
        s3_compression_type: Not needed: gzip is recognised.
        joinsource: A column that identifies rows, which the model does not get.
        excluded_columns: Columns that the model does not get.

    Raises:
        InvalidInputError: a type of data that cannot be analysed, or an argument that cannot be honoured.
    """

    def __init__(
        self,
        s3_data_input_path: str,
        s3_output_path: str,
        s3_analysis_config_output_path: str | None = None,
        label: str | None = None,
        headers: Sequence[str] | None = None,
        features: str | None = None,
        dataset_type: str = "text/csv",
        s3_compression_type: str = "None",
        joinsource: str | int | None = None,
        facet_dataset_uri: str | None = None,
        facet_headers: Sequence[str] | None = None,
        predicted_label_dataset_uri: str | None = None,
        predicted_label_headers: Sequence[str] | None = None,
        predicted_label: str | int | None = None,
        excluded_columns: Sequence[int] | Sequence[str] | None = None,
        segmentation_config: object = None,
        time_series_data_config: object = None,
    ) -> None:
        if dataset_type in _UNREADABLE:
            raise InvalidInputError(
                _UNREADABLE[dataset_type], where=f"dataset_type={dataset_type!r}", expected=", ".join(TYPES)
            )
        check_choice(dataset_type, TYPES, "dataset_type")
        refuse(
            {
                "features": features,
                "facet_dataset_uri": facet_dataset_uri,
                "facet_headers": facet_headers,
                "predicted_label_dataset_uri": predicted_label_dataset_uri,
                "predicted_label_headers": predicted_label_headers,
                "segmentation_config": segmentation_config,
                "time_series_data_config": time_series_data_config,
            },
            "DataConfig",
        )
        self.s3_data_input_path = s3_data_input_path
        self.s3_output_path = s3_output_path
        self.s3_analysis_config_output_path = s3_analysis_config_output_path
        self.s3_compression_type = s3_compression_type
        self.label = label
        self.headers = headers
        self.predicted_label = predicted_label
        self.excluded_columns = excluded_columns
        self.analysis_config: Config = {
            "dataset_type": dataset_type,
            **stated(
                headers=list(headers) if headers is not None else None,
                label=label,
                joinsource_name_or_index=joinsource,
                predicted_label=predicted_label,
                excluded_columns=list(excluded_columns) if excluded_columns is not None else None,
            ),
        }

    @property
    def captured_headers(self) -> list[str] | None:
        """Those of the columns that an endpoint gets, and of the label; None without headers. Driftline's own."""
        if self.headers is None:
            return None
        read = read_dataset(Fields(self.analysis_config))
        return [name for name in self.headers if name in read.feature_names or name == read.label]

    def get_config(self) -> Config:
        """The fields of analysis_config.json."""
        return deepcopy(self.analysis_config)
