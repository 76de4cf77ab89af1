"""Expressions in a pipeline definition, for values that are known only at run time.

The forms are those of version 2020-12-01 of the definition's schema:
https://github.com/aws-sagemaker-mlops/sagemaker-model-building-pipeline-definition-JSON-schema
"""

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None


def parameter(name: str) -> Json:
    return {"Get": f"Parameters.{name}"}


def of_step(step: str, path: str) -> Json:
    """A property of a step's job, named as in its Describe call."""
    return {"Get": f"Steps.{step}.{path}"}


def output_of(step: str, output: str) -> Json:
    """Location of an output of a processing job."""
    return of_step(step, f"ProcessingOutputConfig.Outputs['{output}'].S3Output.S3Uri")


def joined(*parts: Json, by: str = "/") -> Json:
    return {"Std:Join": {"On": by, "Values": list(parts)}}


def from_file(step: str, file: str, path: str) -> Json:
    """A value in a JSON file that a processing step wrote."""
    return {"Std:JsonGet": {"PropertyFile": {"Get": f"Steps.{step}.PropertyFiles.{file}"}, "Path": path}}


def from_lambda(step: str, output: str) -> Json:
    """An output parameter of a Lambda step."""
    return of_step(step, f"OutputParameters['{output}']")


def for_this_run(*names: str) -> Json:
    """An S3 address below OutputUri, unique to the execution."""
    return joined(parameter("OutputUri"), {"Get": "Execution.PipelineExecutionId"}, *names)
