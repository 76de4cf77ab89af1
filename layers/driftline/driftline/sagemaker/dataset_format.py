"""How data sets are read; the dictionaries are SageMaker's.

Those of a baseline are what `input/_format.json` holds. Files of a transform job are recognised as what they are.
"""

from collections.abc import Mapping
from typing import Literal

from driftline.domain.errors import InvalidInputError

type Format = dict[str, dict[str, object]]

_TRANSFORM_FORMATS = "MonitoringDatasetFormat.csv(header=False) or MonitoringDatasetFormat.json()"


class DatasetFormat:
    """Formats of a baseline data set."""

    @staticmethod
    def csv(header: bool = True, output_columns_position: Literal["START", "END"] = "START") -> Format:
        """CSV. With `END`, the output columns are the last ones."""
        return {"csv": {"header": header, "output_columns_position": output_columns_position}}

    @staticmethod
    def json(lines: bool = True) -> Format:
        """JSON, one object on each line."""
        return {"json": {"lines": lines}}

    @staticmethod
    def sagemaker_capture_json() -> Format:
        """Capture files, which `suggest_baseline` refuses: they are no data set."""
        return {"sagemakerCaptureJson": {}}


class MonitoringDatasetFormat:
    """Formats of a transform job's files."""

    @staticmethod
    def csv(header: bool = True) -> Format:
        """CSV. A transform job writes no header, so that `header=True` is refused."""
        return {"Csv": {"Header": header}}

    @staticmethod
    def json(lines: bool = True) -> Format:
        """JSON: one object on each line, or a document in each file."""
        return {"Json": {"Line": lines}}

    @staticmethod
    def parquet() -> Format:
        """Parquet, which is refused: capturing reads text."""
        return {"Parquet": {}}


def check_transform_format(given: Mapping[str, object]) -> None:
    """Raises InvalidInputError: files of a transform job are not read so."""
    csv = given.get("Csv")
    if isinstance(csv, Mapping) and csv.get("Header", False):
        raise InvalidInputError(
            "the first line of a transform job's files is a row like the others",
            where="dataset_format",
            expected=_TRANSFORM_FORMATS,
            mend="Pass header=False. If the model writes a header line into each file, have it write none.",
        )
    if csv is None and "Json" not in given:
        raise InvalidInputError(
            f"{', '.join(given) or 'no format'}: files of transform jobs are not read so",
            where="dataset_format",
            expected=_TRANSFORM_FORMATS,
            mend="Have the transform job write CSV or JSON.",
        )


def checked_format(given: Mapping[str, object]) -> Mapping[str, object]:
    """Raises InvalidInputError: a format that SageMaker has and baselines of Driftline are not read from."""
    if "sagemakerCaptureJson" in given:
        raise InvalidInputError(
            "capture files are not a baseline data set",
            where="dataset_format",
            expected="DatasetFormat.csv() or DatasetFormat.json(lines=True)",
            mend="Take the training data; `driftline init` makes a document from a capture file.",
        )
    json = given.get("json")
    if isinstance(json, Mapping) and not json.get("lines", True):
        raise InvalidInputError(
            "a whole JSON document has to fit into memory, so none is read",
            where="dataset_format",
            expected="DatasetFormat.json(lines=True)",
            mend="Write one object on each line.",
        )
    return given
