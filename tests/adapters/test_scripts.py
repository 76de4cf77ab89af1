"""SageMaker's scripts run unchanged, and their mistakes are reported with record and line."""

import os
from textwrap import dedent

import pytest

from driftline.adapters.scripts.in_process import Preprocessor, ScriptsInProcess
from driftline.domain.errors import InvalidInputError

RECORD = {
    "captureData": {
        "endpointInput": {
            "observedContentType": "text/csv",
            "mode": "INPUT",
            "data": "132,25,113.2",
            "encoding": "CSV",
        },
        "endpointOutput": {"observedContentType": "text/csv", "mode": "OUTPUT", "data": "0.01", "encoding": "CSV"},
    },
    "eventMetadata": {"eventId": "e-1", "inferenceTime": "2026-03-01T14:00:00Z", "customAttributes": ["model=b"]},
    "eventVersion": "0",
}


def preprocessor(source: str) -> Preprocessor:
    return ScriptsInProcess().preprocessor(dedent(source), "prepare.py")


def test_the_script_of_the_developer_guide() -> None:
    """Preprocessing and Postprocessing, example "Flatten data", as printed there but for the name of the prefix."""
    script = preprocessor(
        """
        def preprocess_handler(inference_record):
            event_data = inference_record.endpoint_input.data
            input_data = event_data.rstrip("\\n")
            output_data = inference_record.endpoint_output.data.rstrip("\\n")
            data = output_data + ',' + input_data
            return { str(i).zfill(20) : d for i, d in enumerate(data.split(",")) }
        """
    )

    [row] = script(RECORD, 1)

    assert list(row.values()) == ["0.01", "132", "25", "113.2"]
    assert list(row)[3] == "00000000000000000003"


def test_everything_that_a_record_shows() -> None:
    script = preprocessor(
        """
        def preprocess_handler(record, logger):
            logger.info("seen")
            return {
                "id": record.event_metadata.event_id,
                "time": record.event_metadata.event_time,
                "attribute": record.event_metadata.custom_attribute[0],
                "inference_id": record.event_metadata.inference_id,
                "type": record.endpoint_input.observedContentType,
                "mode": record.endpoint_output.mode,
                "encoding": record.endpoint_output.encoding,
                "truth": record.ground_truth,
                "batch": record.batch_transform_output,
                "version": record.event_version,
                "same": record.as_dict() is record.event_dict and str(record) == str(record.event_dict),
            }
        """
    )

    [row] = script(RECORD, 1)

    assert row == {
        "id": "e-1", "time": "2026-03-01T14:00:00Z", "attribute": "model=b", "inference_id": None, "type": "text/csv",
        "mode": "OUTPUT", "encoding": "CSV", "truth": None, "batch": None, "version": "0", "same": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("returned", "rows"),
    [
        ('{"a": 1, "b": None}', [{"a": 1, "b": None}]),
        ('[{"a": 1}, {"a": 2}]', [{"a": 1}, {"a": 2}]),
        ("[]", []),
        ("{}", []),
        ("None", []),
        ("{1: 2}", [{"1": 2}]),
    ],
)
def test_what_a_script_may_return(returned: str, rows: list[dict[str, object]]) -> None:
    assert preprocessor(f"def preprocess_handler(record): return {returned}")(RECORD, 1) == rows


def test_an_exception_names_record_script_and_line() -> None:
    script = preprocessor(
        """
        def helper(record):
            return record["nothing"]

        def preprocess_handler(record):
            return helper(record.event_dict)
        """
    )

    with pytest.raises(InvalidInputError) as caught:
        script(RECORD, 17)

    assert str(caught.value) == (
        "There is an exception raised in preprocessor script prepare.py, line 3: KeyError: 'nothing' "
        "(line 17 of the capture file, event e-1)"
    )


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def preprocess_handler(record:\n  pass", "prepare.py, line 1: SyntaxError"),
        ("x = 1\nimport nothing_like_this", "prepare.py, line 2: ModuleNotFoundError"),
        ("x = 1", "has no function preprocess_handler"),
        ("preprocess_handler = 3", "has no function preprocess_handler"),
    ],
)
def test_a_script_that_cannot_be_loaded(source: str, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        preprocessor(source)


@pytest.mark.parametrize("returned", ["(1, 2)", '"text"', "[1]", "3"])
def test_a_script_that_returns_something_else(returned: str) -> None:
    with pytest.raises(InvalidInputError, match=r"preprocess_handler returned .* Expected: a dict"):
        preprocessor(f"def preprocess_handler(record): return {returned}")(RECORD, 1)


def test_a_postprocessor_finds_the_files_and_adds_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("output_path", "before")
    source = dedent(
        """
        import json, os

        def postprocess_handler():
            folder = os.environ["output_path"]
            with open(os.path.join(folder, "constraint_violations.json")) as file:
                found = json.load(file)
            with open(os.path.join(folder, "summary.txt"), "w") as file:
                file.write(str(len(found["violations"])))
            with open(os.path.join(folder, "statistics.json"), "a") as file:
                file.write(" ")
        """
    )

    changed = ScriptsInProcess().postprocess(
        source, "after.py", {"constraint_violations.json": b'{"violations": [1, 2]}', "statistics.json": b"{}"}
    )

    assert changed == {"summary.txt": b"2", "statistics.json": b"{} "}
    assert os.getenv("output_path") == "before"  # noqa: SIM112 - SageMaker's name


def test_a_failing_postprocessor_is_reported_and_leaves_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("output_path", raising=False)

    with pytest.raises(
        InvalidInputError, match=r"^There is an exception raised in postprocessor script after.py, line 1: Zero"
    ):
        ScriptsInProcess().postprocess("def postprocess_handler(): 1 / 0", "after.py", {})

    assert "output_path" not in os.environ


@pytest.mark.parametrize("error", ["MemoryError", "ConnectionResetError", "TimeoutError"])
def test_what_may_pass_is_left_to_the_platform_which_delivers_again(error: str) -> None:
    kind = {"MemoryError": MemoryError, "ConnectionResetError": ConnectionError, "TimeoutError": TimeoutError}[error]
    with pytest.raises(kind):
        preprocessor(f"def preprocess_handler(record): raise {error}()")(RECORD, 1)
    with pytest.raises(kind):
        preprocessor(f"raise {error}()")
    with pytest.raises(kind):
        ScriptsInProcess().postprocess(f"def postprocess_handler(): raise {error}()", "after.py", {})
