"""How a baseline data set is read; the dictionaries are SageMaker's, and what `input/_format.json` holds."""

from collections.abc import Mapping
from typing import Literal

from driftline.domain.errors import InvalidInputError

type Format = dict[str, dict[str, object]]


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
