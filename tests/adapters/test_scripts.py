"""SageMaker's scripts run unchanged in processes of their own; their mistakes are reported with record and line."""

import ctypes
import json
import os
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from driftline.adapters.scripts.process import Limits
from driftline.adapters.scripts.processes import ScriptProcesses
from driftline.domain.capture.blocks import Preprocessed
from driftline.domain.errors import InvalidInputError
from tests.waiting import wait_until

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


FAILED = "There is an exception raised in preprocessor script prepare.py"


def row_of(source: str) -> dict[str, object]:
    """The only row that a script makes of the record."""
    [rows] = preprocessed(source)
    assert not isinstance(rows, str), rows
    [row] = rows
    return dict(row)


def preprocessed(source: str, *lines: int, limits: Limits | None = None) -> list[Preprocessed]:
    """What a script makes of the record at each line, by default at line 1."""
    line = json.dumps(RECORD).encode()
    with ScriptProcesses(limits).preprocessor(dedent(source), "prepare.py") as script:
        return list(script(dict.fromkeys(lines or (1,), line)))


def postprocessed(source: str, limits: Limits | None = None, **files: bytes) -> dict[str, bytes]:
    """The files that a script adds or changes; names have their `.json` here."""
    given = {f"{name}.json": body for name, body in files.items()}
    return dict(ScriptProcesses(limits).postprocess(dedent(source), "after.py", given))


def test_the_script_of_the_developer_guide() -> None:
    """Preprocessing and Postprocessing, example "Flatten data", as printed there but for the name of the prefix."""
    row = row_of(
        """
        def preprocess_handler(inference_record):
            event_data = inference_record.endpoint_input.data
            input_data = event_data.rstrip("\\n")
            output_data = inference_record.endpoint_output.data.rstrip("\\n")
            data = output_data + ',' + input_data
            return { str(i).zfill(20) : d for i, d in enumerate(data.split(",")) }
        """
    )

    assert list(row.values()) == ["0.01", "132", "25", "113.2"]
    assert list(row)[3] == "00000000000000000003"


def test_everything_that_a_record_shows() -> None:
    row = row_of(
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
    assert preprocessed(f"def preprocess_handler(record): return {returned}") == [rows]


def test_values_that_json_does_not_have() -> None:
    row = row_of(
        """
        import datetime, decimal, numpy as np

        def preprocess_handler(record):
            return {
                "whole": np.int64(3), "single": np.float32(0.5), "flag": np.bool_(True), "infinite": float("inf"),
                "day": datetime.date(2026, 3, 1), "price": decimal.Decimal("1.50"), "text": "é\\n",
            }
        """
    )

    assert row == {
        "whole": 3, "single": 0.5, "flag": True, "infinite": float("inf"), "day": "2026-03-01", "price": "1.50",
        "text": "é\n",
    }  # fmt: skip


def test_an_exception_names_record_script_and_line() -> None:
    [failed] = preprocessed(
        """
        def helper(record):
            return record["nothing"]

        def preprocess_handler(record):
            return helper(record.event_dict)
        """,
        17,
    )

    assert failed == f"{FAILED}, line 3: KeyError: 'nothing' (line 17 of the capture file, event e-1)"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def preprocess_handler(record:\n  pass", "prepare.py, line 1: SyntaxError"),
        ("x = 1\nimport nothing_like_this", "prepare.py, line 2: ModuleNotFoundError"),
        ("import sys\nsys.exit(0)", "prepare.py, line 2: SystemExit: 0; a script must not end its process"),
        ("import os\nos._exit(0)", "it ended its process with exit code 0"),
        ("x = 1", "has no function preprocess_handler"),
        ("preprocess_handler = 3", "has no function preprocess_handler"),
    ],
)
def test_a_script_that_cannot_be_loaded(source: str, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        preprocessed(source)


@pytest.mark.parametrize("returned", ["(1, 2)", '"text"', "[1]", "3"])
def test_a_script_that_returns_something_else(returned: str) -> None:
    [failed] = preprocessed(f"def preprocess_handler(record): return {returned}")

    assert "preprocess_handler returned " in failed
    assert "Expected: a dict, a list of dicts" in failed


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("{1, 2}", "set is not a value of a column"),
        ("record", "InferenceRecord is not a value of a column"),
        (r"'\ud800'", "surrogates not allowed"),
    ],
)
def test_a_value_that_no_column_can_have(value: str, message: str) -> None:
    [failed] = preprocessed(f"def preprocess_handler(record): return {{'a': {value}}}")

    assert message in failed
    assert "(line 1 of the capture file, event e-1)" in failed


@pytest.mark.parametrize(
    "raised",
    ["sys.exit(0)", "exit_in_thread_or_here()", "raise KeyboardInterrupt", "raise BaseException('no')", "raise Odd"],
)
def test_whatever_is_raised_is_a_failure_of_the_record_alone(raised: str) -> None:
    """Given three records of which the script raises at the second, the others have their rows."""
    source = """
        import sys

        seen = []

        class Odd(Exception):
            def __str__(self):
                raise ValueError

        def exit_in_thread_or_here():
            raise SystemExit

        def preprocess_handler(record):
            seen.append(1)
            if len(seen) == 2:
                %s
            return {"a": len(seen)}
        """

    first, second, third = preprocessed(source % raised, 4, 5, 6)

    assert (first, third) == ([{"a": 1}], [{"a": 3}])
    assert isinstance(second, str)
    assert second.startswith(f"{FAILED}, line ")
    assert second.endswith("(line 5 of the capture file, event e-1)")


@pytest.mark.parametrize(
    ("end", "message"),
    [
        ("os._exit(0)", "it ended its process with exit code 0"),
        ("os.abort()", "its process was ended by SIGABRT"),
        ("os.kill(os.getpid(), 9)", "its process was ended by SIGKILL; the machine may have run out of memory"),
        ("os.closerange(3, 100)", "Bad file descriptor|it ended its process|its process was ended by"),
    ],
)
def test_a_process_that_ends_fails_the_file_at_its_line(end: str, message: str) -> None:
    """Nobody knows what the records behind it would have become."""
    source = f"""
        import os

        seen = []

        def preprocess_handler(record):
            seen.append(1)
            if len(seen) == 2:
                {end}
            return {{"a": 1}}
        """

    with pytest.raises(InvalidInputError, match=rf"^{FAILED}: ({message}).* \(line 5 of the capture file\)$"):
        preprocessed(source, 4, 5, 6)


SMALL = Limits(megabytes=128)
SHORT = Limits(seconds=1, megabytes=128)


@pytest.mark.parametrize(
    "hang",
    ["while True: pass", "threading.Event().wait()"],
)
def test_a_script_that_hangs_is_stopped_at_its_line(hang: str) -> None:
    source = f"import time, threading\ndef preprocess_handler(record):\n    {hang}"

    with pytest.raises(InvalidInputError) as caught:
        preprocessed(source, 8, limits=SHORT)

    assert str(caught.value) == (f"{FAILED}, line 3: it took longer than 1 s (line 8 of the capture file, event e-1)")


def test_a_script_that_hangs_for_good_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """It catches everything, so that only the end of its process helps."""
    monkeypatch.setattr("driftline.adapters.scripts.process._GRACE", 0.2)
    source = """
        import signal

        signal.signal(signal.SIGALRM, signal.SIG_IGN)

        def preprocess_handler(record):
            while True: pass
        """

    with pytest.raises(InvalidInputError, match=r"longer than 1 s \(line 8 of the capture file\)$"):
        preprocessed(source, 8, limits=SHORT)


def test_a_hanging_import_is_stopped() -> None:
    with pytest.raises(InvalidInputError, match=r"line 2: it took longer than 1 s \(while it was loaded\)"):
        preprocessed("import time\ntime.sleep(1000)", limits=SHORT)


def test_memory_has_a_limit_and_the_next_record_its_rows() -> None:
    source = """
        seen = []

        def preprocess_handler(record):
            seen.append(1)
            if len(seen) == 1:
                return {"a": len(bytearray(1 << 30))}
            return {"a": len(bytearray(1 << 20))}
        """

    failed, second = preprocessed(source, 1, 2, limits=SMALL)

    assert "MemoryError: a script may use 128 MB (line 1 of the capture file" in failed
    assert second == [{"a": 1 << 20}]


def test_answers_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("driftline.adapters.scripts.channel.LONGEST_ANSWER", 1 << 20)

    with pytest.raises(InvalidInputError, match="it answers with more than 1 MB"):
        preprocessed("def preprocess_handler(record): return {'a': 'x' * (1 << 21)}")


def test_what_a_script_prints_is_no_part_of_our_output(capfd: pytest.CaptureFixture[str]) -> None:
    source = """
        import os, sys
        print("loaded")

        def preprocess_handler(record):
            print('{"violations": []}')
            os.write(1, b"raw\\n")
            return {"a": 1}
        """

    assert preprocessed(source) == [[{"a": 1}]]

    printed = capfd.readouterr()
    assert printed.out == ""
    assert {"loaded", '{"violations": []}', "raw"} <= set(printed.err.splitlines())


def test_nobody_takes_a_forged_answer_for_rows() -> None:
    """The pipe is open in the script's own process, so it can write there; but not what passes for somebody else's."""
    source = """
        import os, sys

        os.write(int(sys.argv[2]), b'%s\\n')
        os._exit(0)
        """

    for forged in ("no json", '{"odd": 1}'):
        with pytest.raises(InvalidInputError, match="does not answer as agreed"):
            preprocessed(source % forged)
    with pytest.raises(InvalidInputError, match="more lines than were asked for"):
        preprocessed(source % r"[]\n[]\n[]")
    with pytest.raises(InvalidInputError, match="it ended its process with exit code 0"):
        preprocessed(source % "[]")


def test_the_environment_has_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "hidden")
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    source = """
        import os

        def preprocess_handler(record):
            with open("/proc/self/environ") as file:
                return {"names": ",".join(sorted(os.environ)), "raw": "hidden" in file.read()}
        """

    row = row_of(source)

    names = set(str(row["names"]).split(","))
    assert not row["raw"]
    assert "TZ" in names
    assert not [name for name in names if name.startswith(("AWS_", "DRIFTLINE", "BUCKET"))]


def test_the_script_cannot_change_our_process() -> None:
    source = """
        import os, driftline.domain.errors

        os.environ["CHANGED"] = "yes"
        os.chdir("/")
        driftline.domain.errors.InvalidInputError.__str__ = lambda self: "changed"

        def preprocess_handler(record):
            return {"a": str(driftline.domain.errors.InvalidInputError("x"))}
        """
    before = Path.cwd()

    assert row_of(source) == {"a": "changed"}

    assert "CHANGED" not in os.environ
    assert Path.cwd() == before
    assert str(InvalidInputError("x")) == "x"


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_our_memory_and_environment_are_hidden_from_processes_of_the_same_user() -> None:
    get_dumpable = 3

    preprocessed("def preprocess_handler(record): return {}")

    assert ctypes.CDLL(None).prctl(get_dumpable, 0, 0, 0, 0) == 0


def test_sets_have_the_same_order_at_every_delivery() -> None:
    source = "def preprocess_handler(record): return {'a': ','.join({'x%d' % i for i in range(50)})}"

    assert preprocessed(source) == preprocessed(source)


def runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_children_of_a_script_end_with_it() -> None:
    source = """
        import os, time

        def preprocess_handler(record):
            child = os.fork()
            if child == 0:
                time.sleep(1000)
            return {"child": child}
        """

    row = row_of(source)

    wait_until(lambda: not runs(int(str(row["child"]))), "the end of the child")


def test_a_postprocessor_finds_the_files_and_adds_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("output_path", "before")

    changed = postprocessed(
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
        """,
        constraint_violations=b'{"violations": [1, 2]}',
        statistics=b"{}",
    )

    assert changed == {"summary.txt": b"2", "statistics.json": b"{} "}
    assert os.getenv("output_path") == "before"  # noqa: SIM112 - SageMaker's name


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("1 / 0", "after.py, line 5: ZeroDivisionError"),
        ("sys.exit(0)", "after.py, line 5: SystemExit: 0; a script must not end its process"),
        ("os._exit(0)", "after.py: it ended its process with exit code 0"),
        ("time.sleep(1000)", "after.py, line 5: it took longer than 1 s"),
        ("bytearray(1 << 30)", "after.py, line 5: MemoryError: a script may use 128 MB"),
        ("open(path('big'), 'wb').write(bytes(1 << 28))", "after.py, line 5: MemoryError|File too large"),
        ("os.symlink('/etc/passwd', path('mine'))", "it left mine, which cannot be taken"),
        ("open(path('statistics.json'), 'w').write('{')", "what it made of statistics.json is not JSON"),
        ("open(path('summary.json'), 'w').write('{}')", "it changed summary.json, which has the verdict"),
    ],
)
def test_a_failing_postprocessor_is_reported(body: str, message: str) -> None:
    source = (
        "import os, sys, time\n"
        "def path(name):\n    return os.path.join(os.environ['output_path'], name)\n"
        f"def postprocess_handler():\n    {body}"
    )

    with pytest.raises(InvalidInputError, match=message) as caught:
        postprocessed(source, SHORT if "sleep" in body else SMALL, statistics=b"{}", summary=b'{"a": 1}')

    assert str(caught.value).startswith("There is an exception raised in postprocessor script after.py")


@pytest.mark.parametrize("error", ["ConnectionResetError", "TimeoutError"])
def test_what_may_pass_is_left_to_the_platform_which_delivers_again(error: str) -> None:
    for call in (f"def preprocess_handler(record): raise {error}()", f"raise {error}()"):
        with pytest.raises(ConnectionError, match=error):
            preprocessed(call)
    with pytest.raises(ConnectionError, match=error):
        postprocessed(f"def postprocess_handler(): raise {error}()")
