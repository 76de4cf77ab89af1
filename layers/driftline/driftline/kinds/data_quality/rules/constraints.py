"""constraints.json: what a baseline promises about each feature, in every variant that SageMaker wrote.

Read leniently (unknown keys are ignored, the variants of 2019 and of today are accepted), written in the order and
with the defaults of the container.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from driftline.domain.drift.distance import CategoricalMethod, ComparisonMethod
from driftline.domain.errors import InvalidInputError, unreadable
from driftline.domain.profiles.types import InferredType
from driftline.domain.sagemaker_files.java_json import JsonValue, dumps


class Switch(StrEnum):
    ENABLED = "Enabled"
    DISABLED = "Disabled"


def _of(*values: StrEnum, aliases: Mapping[str, StrEnum] | None = None) -> BeforeValidator:
    """Accepts the values in any case, and other spellings that SageMaker's documentation uses."""
    spellings = {value.value.lower(): value.value for value in values}
    spellings |= {alias: value.value for alias, value in (aliases or {}).items()}
    return BeforeValidator(lambda text: spellings.get(text.lower(), text) if isinstance(text, str) else text)


_Switch = Annotated[Switch, _of(*Switch)]
_Method = Annotated[
    ComparisonMethod,
    _of(*ComparisonMethod, aliases={"linf_simple": ComparisonMethod.SIMPLE, "linf_robust": ComparisonMethod.ROBUST}),
]
_CategoricalMethod = Annotated[CategoricalMethod, _of(*CategoricalMethod)]
_Share = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
_Threshold = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]


class _Lenient(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Overrides(_Lenient):
    """Switches of one feature; None leaves the file's own switch."""

    evaluate_constraints: _Switch | None = None
    emit_metrics: _Switch | None = None

    def to_value(self) -> dict[str, JsonValue]:
        return {option: switch.value for option, switch in self if switch is not None}


# SageMaker's documentation and its SDK spell the key differently.
_OVERRIDES = AliasChoices("monitoringConfigOverrides", "monitoring_config_overrides")


class NumConstraints(_Lenient):
    """SageMaker never evaluates `is_non_negative`; Driftline notes it (docs/reference/data-quality.md)."""

    is_non_negative: bool = False
    overrides: Overrides | None = Field(default=None, validation_alias=_OVERRIDES)


class StringConstraints(_Lenient):
    domains: tuple[str, ...] | None = None
    overrides: Overrides | None = Field(default=None, validation_alias=_OVERRIDES)


class FeatureConstraints(_Lenient):
    """Attributes: accepts_numbers: Driftline's own; numbers are among the texts of a String column, and are right."""

    name: str
    inferred_type: InferredType
    accepts_numbers: bool = False
    completeness: _Share | None = None
    num_constraints: NumConstraints | None = None
    string_constraints: StringConstraints | None = None
    overrides: Overrides | None = Field(default=None, validation_alias=_OVERRIDES)

    def switch(self, option: str, default: Switch) -> Switch:
        """The value of `evaluate_constraints` or `emit_metrics` for this feature."""
        return self._override(option) or default

    def of_categories(self) -> Self:
        """For a column that is declared categorical after the constraints of its numbers were made."""
        return self.model_copy(update={"inferred_type": "String", "num_constraints": None})

    def _override(self, option: str) -> Switch | None:
        """The one on the feature counts before the one inside its num_constraints or string_constraints."""
        nested = [part.overrides for part in (self.string_constraints, self.num_constraints) if part is not None]
        for overrides in (self.overrides, *nested):
            value: Switch | None = getattr(overrides, option, None)
            if value is not None:
                return value
        return None

    def to_value(self) -> dict[str, JsonValue]:
        value: dict[str, JsonValue] = {"name": self.name, "inferred_type": self.inferred_type}
        if self.accepts_numbers:
            value["accepts_numbers"] = True
        if self.completeness is not None:
            value["completeness"] = self.completeness
        if self.num_constraints is not None:
            value["num_constraints"] = {"is_non_negative": self.num_constraints.is_non_negative}
        if self.string_constraints is not None and self.string_constraints.domains is not None:
            value["string_constraints"] = {"domains": list(self.string_constraints.domains)}
        switches = Overrides(
            evaluate_constraints=self._override("evaluate_constraints"), emit_metrics=self._override("emit_metrics")
        ).to_value()
        if switches:
            value["monitoringConfigOverrides"] = switches
        return value


class DistributionConstraints(_Lenient):
    """`categorical_comparison_threshold` is absent before 2023; strings then use `comparison_threshold`."""

    perform_comparison: _Switch = Switch.ENABLED
    comparison_threshold: _Threshold = 0.1
    comparison_method: _Method = ComparisonMethod.ROBUST
    categorical_comparison_threshold: _Threshold | None = None
    categorical_drift_method: _CategoricalMethod = CategoricalMethod.L_INFINITY

    @model_validator(mode="before")
    @classmethod
    def _variant_of_2019(cls, value: object) -> object:
        if isinstance(value, Mapping) and "perform_comparison" not in value and "enable_comparisons" in value:
            switch = Switch.ENABLED if value["enable_comparisons"] else Switch.DISABLED
            return {**value, "perform_comparison": switch}
        return value

    @model_validator(mode="after")
    def _switches_nothing_off(self) -> Self:
        """Distances and p-values are at most 1. A chi-square statistic, of the method Simple, may be larger."""
        statistic = (
            self.categorical_drift_method is CategoricalMethod.CHI_SQUARED
            and self.comparison_method is ComparisonMethod.SIMPLE
        )
        limits = {"comparison_threshold": self.comparison_threshold}
        if not statistic:
            limits["categorical_comparison_threshold"] = self.categorical_threshold
        for field, limit in limits.items():
            if limit > 1:
                raise ValueError(
                    f"{field}: {limit:g} would switch the drift check off, because no distance is above 1: set a "
                    "number from 0 to 1, or perform_comparison: Disabled"
                )
        return self

    @property
    def categorical_threshold(self) -> float:
        own = self.categorical_comparison_threshold
        return self.comparison_threshold if own is None else own

    def to_value(self) -> dict[str, JsonValue]:
        """The categorical keys are written if they were read or set: containers before 2023 do not have them."""
        value: dict[str, JsonValue] = {
            "perform_comparison": self.perform_comparison.value,
            "comparison_threshold": self.comparison_threshold,
            "comparison_method": self.comparison_method.value,
        }
        if self.categorical_comparison_threshold is not None:
            value["categorical_comparison_threshold"] = self.categorical_comparison_threshold
        if "categorical_drift_method" in self.model_fields_set:
            value["categorical_drift_method"] = self.categorical_drift_method.value
        return value


class MonitoringConfig(_Lenient):
    evaluate_constraints: _Switch = Switch.ENABLED
    emit_metrics: _Switch = Switch.ENABLED
    datatype_check_threshold: _Share = 1.0
    domain_content_threshold: _Share = 1.0
    distribution_constraints: DistributionConstraints = DistributionConstraints()

    @model_validator(mode="before")
    @classmethod
    def _variant_of_2019(cls, value: object) -> object:
        """`min_domain_mass` stood inside distribution_constraints and means today's domain_content_threshold."""
        if isinstance(value, Mapping) and "domain_content_threshold" not in value:
            distribution = value.get("distribution_constraints")
            if isinstance(distribution, Mapping) and "min_domain_mass" in distribution:
                return {**value, "domain_content_threshold": distribution["min_domain_mass"]}
        return value

    def to_value(self) -> dict[str, JsonValue]:
        return {
            "evaluate_constraints": self.evaluate_constraints.value,
            "emit_metrics": self.emit_metrics.value,
            "datatype_check_threshold": self.datatype_check_threshold,
            "domain_content_threshold": self.domain_content_threshold,
            "distribution_constraints": self.distribution_constraints.to_value(),
        }


class Constraints(_Lenient):
    version: float = 0.0
    features: tuple[FeatureConstraints, ...]
    monitoring_config: MonitoringConfig = MonitoringConfig()

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [feature.name for feature in self.features]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"features have the same name: {', '.join(twice)}")
        return self

    def declared(self, categorical: Collection[str], excluded: Collection[str]) -> Self:
        """The constraints that are evaluated: categories have no type, and excluded features no constraints."""
        features = (feature for feature in self.features if feature.name not in excluded)
        return self.model_copy(
            update={"features": tuple(each.of_categories() if each.name in categorical else each for each in features)}
        )

    def to_json(self) -> str:
        return dumps(
            {
                "version": self.version,
                "features": [feature.to_value() for feature in self.features],
                "monitoring_config": self.monitoring_config.to_value(),
            }
        )


_LARGEST = 32 << 20
"""Bytes; 5,000 columns of 120 categories each have some 15 MB, and pydantic takes ten times as much memory."""


def parse_constraints(body: bytes | str, where: str = "constraints.json") -> Constraints:
    """Reads a constraints.json that Driftline, SageMaker or a person wrote.

    Raises:
        InvalidInputError: too large, not JSON, or a field has a value that is not allowed; `where` names the file.
    """
    if len(body) > _LARGEST:
        raise InvalidInputError(f"it has {len(body):,} bytes", where=where, expected=f"at most {_LARGEST:,}")
    try:
        return Constraints.model_validate_json(body)
    except ValidationError as error:
        raise unreadable(error, where) from None
