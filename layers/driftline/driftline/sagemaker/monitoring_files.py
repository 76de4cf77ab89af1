"""Statistics, constraints and violations: SageMaker's files, with its SDK's methods.

`body_dict` is the file as it is. A `…_s3_uri` may be a path, too.
"""

import json
from os import PathLike, fspath
from pathlib import Path
from typing import Any, ClassVar, Self

from driftline.domain.errors import InvalidInputError
from driftline.domain.json_reading import load_json
from driftline.sagemaker.locations import read, write
from driftline.sagemaker.unused import Explained


class ModelMonitoringFile:
    """One file.

    Attributes:
        body_dict: Its content; change it, and `save`.
        file_s3_uri: Where it is: `s3://…`, or a path; None if it was made from a text and not saved.
    """

    _default_name: ClassVar[str]

    def __init__(
        self, body_dict: dict[str, Any], file_s3_uri: str | None, kms_key: str | None, sagemaker_session: object
    ) -> None:
        self.body_dict = body_dict
        self.file_s3_uri = file_s3_uri
        self.kms_key = kms_key
        self.session = sagemaker_session
        self._read_as: bytes | None = None
        self._explained = Explained()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.file_s3_uri or 'not saved'}>"

    def save(self, new_save_location_s3_uri: str | None = None) -> str:
        """Writes the file where it was read, or to another place; returns the place.

        Args:
            new_save_location_s3_uri: A folder or prefix for a file of the same name, or a name that ends in `.json`.

        Raises:
            InvalidInputError: it was made from a text, and no place is stated.
        """
        self._explained.of({"kms_key": self.kms_key})
        place = new_save_location_s3_uri
        if place is not None:
            name = Path(self.file_s3_uri).name if self.file_s3_uri else self._default_name
            self.file_s3_uri = place if place.endswith(".json") else f"{place.rstrip('/')}/{name}"
        if self.file_s3_uri is None:
            raise InvalidInputError(
                f"this {type(self).__name__} has no place yet",
                expected="save('s3://<bucket>/<prefix>') or save('<folder>')",
            )
        write(self.file_s3_uri, self.to_bytes(), self.session)
        return self.file_s3_uri

    def to_bytes(self) -> bytes:
        """The content as JSON; the file's own bytes while nothing was changed, by which other files know it."""
        if self._read_as is not None and load_json(self._read_as) == self.body_dict:
            return self._read_as
        return json.dumps(self.body_dict, indent=2, ensure_ascii=False).encode() + b"\n"

    @classmethod
    def of_bytes(cls, body: bytes, location: str, kms_key: str | None, session: object) -> Self:
        """What was read there. Raises InvalidInputError: not such a file."""
        found = cls(_parsed(body, location), location, kms_key, session)
        found._read_as = body
        return found

    @classmethod
    def _read(cls, location: str, kms_key: str | None, session: object) -> Self:
        return cls.of_bytes(read(location, session), location, kms_key, session)

    @classmethod
    def _of_text(cls, text: str, kms_key: str | None, session: object) -> Self:
        return cls(_parsed(text, cls._default_name), None, kms_key, session)


class Statistics(ModelMonitoringFile):
    """`statistics.json`."""

    _default_name = "statistics.json"

    def __init__(
        self,
        body_dict: dict[str, Any],
        statistics_file_s3_uri: str | None,
        kms_key: str | None = None,
        sagemaker_session: object = None,
    ) -> None:
        super().__init__(body_dict, statistics_file_s3_uri, kms_key, sagemaker_session)

    @classmethod
    def from_s3_uri(
        cls, statistics_file_s3_uri: str, kms_key: str | None = None, sagemaker_session: object = None
    ) -> Self:
        """Raises InvalidInputError: not such a file. ObjectNotFoundError: nothing is there."""
        return cls._read(statistics_file_s3_uri, kms_key, sagemaker_session)

    @classmethod
    def from_string(
        cls,
        statistics_file_string: str,
        kms_key: str | None = None,
        file_name: str | None = None,  # noqa: ARG003, SageMaker's signature: nothing is uploaded
        sagemaker_session: object = None,
    ) -> Self:
        """From JSON; nothing is uploaded before `save`."""
        return cls._of_text(statistics_file_string, kms_key, sagemaker_session)

    @classmethod
    def from_file_path(
        cls,
        statistics_file_path: "str | PathLike[str]",
        kms_key: str | None = None,
        sagemaker_session: object = None,
    ) -> Self:
        """From a local file; `save` writes there unless another place is stated."""
        return cls._read(fspath(statistics_file_path), kms_key, sagemaker_session)


class Constraints(ModelMonitoringFile):
    """`constraints.json`."""

    _default_name = "constraints.json"

    def __init__(
        self,
        body_dict: dict[str, Any],
        constraints_file_s3_uri: str | None,
        kms_key: str | None = None,
        sagemaker_session: object = None,
    ) -> None:
        super().__init__(body_dict, constraints_file_s3_uri, kms_key, sagemaker_session)

    @classmethod
    def from_s3_uri(
        cls, constraints_file_s3_uri: str, kms_key: str | None = None, sagemaker_session: object = None
    ) -> Self:
        """Raises InvalidInputError: not such a file. ObjectNotFoundError: nothing is there."""
        return cls._read(constraints_file_s3_uri, kms_key, sagemaker_session)

    @classmethod
    def from_string(
        cls,
        constraints_file_string: str,
        kms_key: str | None = None,
        file_name: str | None = None,  # noqa: ARG003, SageMaker's signature: nothing is uploaded
        sagemaker_session: object = None,
    ) -> Self:
        """From JSON; nothing is uploaded before `save`."""
        return cls._of_text(constraints_file_string, kms_key, sagemaker_session)

    @classmethod
    def from_file_path(
        cls,
        constraints_file_path: "str | PathLike[str]",
        kms_key: str | None = None,
        sagemaker_session: object = None,
    ) -> Self:
        """From a local file; `save` writes there unless another place is stated."""
        return cls._read(fspath(constraints_file_path), kms_key, sagemaker_session)

    def set_monitoring(self, enable_monitoring: bool, feature_name: str | None = None) -> None:
        """Turns the checks of all features on or off, or those of one feature; `save` it then.

        Raises:
            InvalidInputError: there is no such feature.
        """
        flag = "Enabled" if enable_monitoring else "Disabled"
        if feature_name is None:
            self.body_dict.setdefault("monitoring_config", {})["evaluate_constraints"] = flag
            return
        features = {feature["name"]: feature for feature in self.body_dict.get("features", ())}
        if feature_name not in features:
            raise InvalidInputError(
                f"no feature {feature_name}", where=self.file_s3_uri or "", expected=f"one of {', '.join(features)}"
            )
        feature = features[feature_name]
        feature["monitoring_config_overrides"] = {
            **(feature.get("monitoring_config_overrides") or {}),
            "evaluate_constraints": flag,
        }


class ConstraintViolations(ModelMonitoringFile):
    """`constraint_violations.json`."""

    _default_name = "constraint_violations.json"

    def __init__(
        self,
        body_dict: dict[str, Any],
        constraint_violations_file_s3_uri: str | None,
        kms_key: str | None = None,
        sagemaker_session: object = None,
    ) -> None:
        super().__init__(body_dict, constraint_violations_file_s3_uri, kms_key, sagemaker_session)

    @classmethod
    def from_s3_uri(
        cls, constraint_violations_file_s3_uri: str, kms_key: str | None = None, sagemaker_session: object = None
    ) -> Self:
        """Raises InvalidInputError: not such a file. ObjectNotFoundError: nothing is there."""
        return cls._read(constraint_violations_file_s3_uri, kms_key, sagemaker_session)

    @classmethod
    def from_string(
        cls,
        constraint_violations_file_string: str,
        kms_key: str | None = None,
        file_name: str | None = None,  # noqa: ARG003, SageMaker's signature: nothing is uploaded
        sagemaker_session: object = None,
    ) -> Self:
        """From JSON; nothing is uploaded before `save`."""
        return cls._of_text(constraint_violations_file_string, kms_key, sagemaker_session)

    @classmethod
    def from_file_path(
        cls,
        constraint_violations_file_path: "str | PathLike[str]",
        kms_key: str | None = None,
        sagemaker_session: object = None,
    ) -> Self:
        """From a local file; `save` writes there unless another place is stated."""
        return cls._read(fspath(constraint_violations_file_path), kms_key, sagemaker_session)


def _parsed(body: bytes | str, where: str) -> dict[str, Any]:
    try:
        found = load_json(body)
    except ValueError as error:
        raise InvalidInputError(f"not JSON: {error}", where=where) from None
    if not isinstance(found, dict):
        raise InvalidInputError(f"a {type(found).__name__}", where=where, expected="a JSON object")
    return found
