"""Records are written in batches to a folder or a bucket, whatever state the bucket is in; memory is bounded."""

import logging
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from threading import Thread

import pytest

from driftline.capture import Capture, Limits
from driftline.capture.records import OVERHEAD
from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import parse_capture_key
from tests.capturing import PROMPT, bucket, ids, lines, sides, until

AT = 1_772_373_661.25  # 2026-03-01T14:01:01.250Z
NEVER = Limits(batch_seconds=3600)


def test_files_are_where_the_stack_looks_for_them(tmp_path: Path) -> None:
    with_hours = Capture(tmp_path, endpoint="churn", variant="blue")
    with_hours.record({"a": 1}, {"score": 0.5}, time=AT)
    with_hours.record({"a": 2}, {"score": 0.6}, time=AT + 3600)
    with_hours.record({"a": 3}, {"score": 0.7}, time=AT, endpoint="other", variant="green")
    assert with_hours.flush(30)
    found = {parse_capture_key(path.relative_to(tmp_path.parent).as_posix()) for path in tmp_path.rglob("*.jsonl")}
    assert {(key.endpoint, key.variant, key.hour.hour) for key in found} == {
        ("churn", "blue", 14), ("churn", "blue", 15), ("other", "green", 14),
    }  # fmt: skip
    assert {key.name[:10] for key in found} == {"01-01-250-"}
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("limits", "records"),
    [
        (Limits(batch_seconds=0.05), 1),
        (Limits(batch_seconds=3600, batch_records=5), 5),
        (Limits(batch_seconds=3600, batch_bytes=3 * OVERHEAD), 3),
    ],
)
def test_a_file_is_due_by_time_number_or_size(tmp_path: Path, limits: Limits, records: int) -> None:
    capture = Capture(tmp_path, endpoint="churn", limits=limits)
    for number in range(records):
        capture.record({"a": number}, {})
    until(lambda: len(lines(tmp_path)) == records)
    assert len(list(tmp_path.rglob("*.jsonl"))) == 1


def test_no_file_is_much_larger_than_a_batch(tmp_path: Path) -> None:
    capture = Capture(tmp_path, endpoint="churn", limits=Limits(batch_seconds=3600, batch_bytes=20_000))
    for number in range(100):
        capture.record("x" * 1000, str(number), input_type="text/csv", output_type="text/csv", time=AT)
    assert capture.flush(30)
    sizes = [path.stat().st_size for path in tmp_path.rglob("*.jsonl")]
    assert max(sizes) < 20_000 + 2000
    assert {sides(record)[1] for record in lines(tmp_path)} == {str(number) for number in range(100)}


def test_an_id_is_given_or_made(tmp_path: Path) -> None:
    capture = Capture(tmp_path, endpoint="churn")
    made = capture.record({}, {})
    assert capture.record({}, {}, inference_id="mine") == "mine"
    for bad in ("", "a\nb", "é", "x" * 257):
        assert capture.record({}, {}, inference_id=bad) != bad
    assert capture.flush(30)
    assert {made, "mine"} < ids(lines(tmp_path))


def test_what_does_not_fit_is_dropped_and_counted(tmp_path: Path) -> None:
    capture = Capture(tmp_path, endpoint="churn", limits=Limits(batch_seconds=3600, queue_bytes=4 * OVERHEAD))
    for number in range(10):
        capture.record({"a": number}, {})
    before = capture.statistics()
    assert (before.captured, before.dropped, before.waiting) == (3, 7, 3)
    # What was written leaves room again
    assert capture.flush(30)
    capture.record({"a": 10}, {})
    assert capture.flush(30)
    # in two files, whose names do not sort by time within a second
    assert {sides(record)[0] for record in lines(tmp_path)} == {'{"a": 0}', '{"a": 1}', '{"a": 2}', '{"a": 10}'}
    assert capture.statistics().captured == capture.statistics().written == 4


def test_what_is_too_large_is_counted_and_not_kept(tmp_path: Path) -> None:
    capture = Capture(tmp_path, endpoint="churn", limits=Limits(body_bytes=100))
    capture.record(b"x" * 101, b"1")
    capture.record(b"1", b"x" * 101)
    assert capture.statistics().oversized == 2
    assert capture.statistics().captured == 0


@pytest.mark.parametrize("bad", [{"a": {1}}, object(), [float], {"a": b"1"}])
def test_what_cannot_be_written_costs_itself_alone(
    tmp_path: Path, bad: object, caplog: pytest.LogCaptureFixture
) -> None:
    capture = Capture(tmp_path, endpoint="churn")
    assert capture.record(bad, {}, inference_id="bad") == "bad"  # type: ignore[arg-type]
    assert capture.record(bad, {}, inference_id="worse") == "worse"  # type: ignore[arg-type]
    capture.record({}, {}, inference_id="good")
    assert capture.flush(30)
    assert ids(lines(tmp_path)) == {"good"}
    assert capture.statistics().errors == 2
    assert len(caplog.records) == 1


def test_records_without_a_side_a_name_or_a_possible_time_cost_themselves_alone(tmp_path: Path) -> None:
    capture = Capture(tmp_path)
    capture.record({}, {})
    capture.record({}, {}, endpoint="../../etc")
    capture.record(None, None, endpoint="churn")
    capture.record({}, {}, endpoint="churn", time=1e18)
    capture.record(None, {}, endpoint="churn", inference_id="answer")
    assert capture.flush(30)
    counted = capture.statistics()
    assert (counted.errors, counted.failed, counted.written) == (3, 1, 1)
    assert [sides(record) for record in lines(tmp_path)] == [(None, "{}")]


def test_what_cannot_be_redacted_is_not_written(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    capture = Capture(tmp_path, endpoint="churn", redact=["input.email"])
    capture.record({"email": "s3cret", "a": 1}, {})
    capture.record("s3cret,1", "1", input_type="text/csv", output_type="text/csv")
    assert capture.flush(30)
    assert [sides(record)[0] for record in lines(tmp_path)] == ['{"email":null,"a":1}']
    assert (capture.statistics().written, capture.statistics().failed) == (1, 1)
    assert "redacted" in caplog.text
    assert "s3cret" not in caplog.text


def test_many_threads_lose_nothing(tmp_path: Path) -> None:
    capture = Capture(tmp_path, endpoint="churn", limits=Limits(batch_seconds=3600, batch_records=7))
    threads = [
        Thread(target=lambda base=base: [capture.record({}, {}, inference_id=f"{base}-{i}") for i in range(100)])
        for base in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert capture.flush(30)
    found = [record["eventMetadata"]["inferenceId"] for record in lines(tmp_path)]
    assert sorted(found) == sorted(f"{base}-{i}" for base in range(8) for i in range(100))


def test_it_goes_on_after_it_was_closed(tmp_path: Path) -> None:
    capture = Capture(tmp_path, endpoint="churn", limits=NEVER)
    capture.start()
    for name in ("one", "two"):
        capture.record({}, {}, inference_id=name)
        assert capture.close(30)
        assert capture.writer._thread is None
    assert ids(lines(tmp_path)) == {"one", "two"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sampling_percentage": 101}, "sampling_percentage: 101 is not a percentage. Expected: 0 to 100"),
        ({"sampling_percentage": float("nan")}, "not a percentage"),
        ({"endpoint": "a/b"}, "endpoint: 'a/b' is not a valid name"),
        ({"variant": ""}, "variant: '' is not a valid name"),
        ({"destination": "gs://bucket"}, "not a place for captures"),
        ({"destination": "s3:///capture"}, "names no bucket"),
        ({"redact": "email"}, "redact: 'email' does not name a column"),
    ],
)
def test_arguments_that_cannot_work_are_refused_at_once(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        Capture(**{"destination": "folder", **arguments})  # type: ignore[arg-type]
    assert message in str(refused.value)


def test_a_limit_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"Limits.batch_records: 0 is not a limit. Expected: above 0."):
        Limits(batch_records=0)


def test_without_boto3_a_bucket_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(InvalidInputError, match="boto3 is not installed"):
        Capture("s3://bucket/capture")


class TestBucket:
    def test_files_are_below_the_prefix(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with bucket(monkeypatch) as made:
            capture = Capture("s3://captures/team/capture/", endpoint="churn")
            capture.record({"a": 1}, {"score": 1}, time=AT)
            assert capture.close(30)
        [key] = made.objects
        assert key.startswith("team/capture/churn/AllTraffic/2026/03/01/14/01-01-250-")
        assert [sides(record) for record in made.lines()] == [('{"a": 1}', '{"score": 1}')]

    @pytest.mark.parametrize("status", [403, 404, 500, 503])
    def test_what_it_refuses_is_tried_again_until_it_takes_it(
        self, monkeypatch: pytest.MonkeyPatch, status: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        with bucket(monkeypatch) as made:
            made.status = status
            capture = Capture("s3://captures", endpoint="churn", limits=PROMPT)
            capture.record({"a": 1}, {}, inference_id="kept")
            until(lambda: capture.statistics().write_errors >= 2)
            assert not capture.flush(0.01)
            assert capture.statistics().waiting == 1
            made.status = 200
            assert capture.flush(30)
            capture.close(30)
        assert ids(made.lines()) == {"kept"}
        assert capture.statistics().written == 1
        warned = [record.message for record in caplog.records if record.levelno == logging.WARNING]
        assert len(warned) == 2
        assert "cannot be written to s3://captures/churn/" in warned[0]
        assert "written again" in warned[1]

    def test_a_slow_one_costs_no_record_any_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with bucket(monkeypatch) as made:
            made.answering.clear()
            limits = Limits(batch_seconds=0.01, write_seconds=0.3, queue_bytes=5 * OVERHEAD)
            capture = Capture("s3://captures", endpoint="churn", limits=limits)
            capture.record({}, {}, inference_id="first")
            until(lambda: made.puts)
            # While a put hangs, records are taken as far as memory goes
            for number in range(10):
                capture.record({}, {}, inference_id=str(number))
            assert capture.statistics().dropped == 7
            until(lambda: capture.statistics().write_errors)
            assert "Read timeout" in capture.statistics().last_error
            made.answering.set()
            assert capture.close(30)
        # What the hanging put brought in the end was brought again under the same key
        assert ids(made.lines()) == {"first", "0", "1", "2"}
        assert len(made.lines()) == 4

    def test_one_that_is_not_there_costs_no_record_any_time_and_no_more_memory_than_was_said(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with bucket(monkeypatch):
            pass  # nobody listens there any more
        capture = Capture("s3://captures", endpoint="churn", limits=Limits(batch_seconds=0.01, queue_bytes=100_000))
        for _ in range(1000):
            capture.record(b"x" * 1000, b"1")
        counted = capture.statistics()
        assert counted.captured + counted.dropped == 1000
        assert counted.waiting * 1000 < 100_000
        # And at the end it is said what was lost
        until(lambda: capture.statistics().write_errors)
        assert not capture.close(0.01)
        until(lambda: capture.writer._thread is None)
        assert capture.statistics().failed == counted.captured
        assert capture.statistics().waiting == 0
        assert capture.writer._reserved == 0


def script(folder: Path, text: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(text), str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


class TestProcesses:
    """In processes of their own: what they change would change the tests'."""

    def test_the_end_of_the_interpreter_writes_what_waits(self, tmp_path: Path) -> None:
        script(
            tmp_path,
            """
            import sys
            from driftline.capture import Capture
            Capture(sys.argv[1], endpoint="churn").record({}, {}, inference_id="last")
            """,
        )
        assert ids(lines(tmp_path)) == {"last"}

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
    def test_forked_processes_write_their_own_records_to_their_own_files(self, tmp_path: Path) -> None:
        script(
            tmp_path,
            """
            import os, sys, warnings
            from driftline.capture import Capture
            warnings.simplefilter("ignore")  # that a process with threads forks: that is what is tested
            capture = Capture(sys.argv[1], endpoint="churn")
            capture.start()
            capture.record({}, {}, inference_id="parent")
            with capture.writer._changed:  # as if another thread had it, just when the process forks
                children = []
                for number in range(3):
                    if not (child := os.fork()):
                        assert capture.statistics().captured == 0
                        capture.record({}, {}, inference_id=f"child-{number}")
                        sys.exit(0)
                    children.append(child)
            assert all(os.waitpid(child, 0)[1] == 0 for child in children)
            """,
        )
        found = [record["eventMetadata"]["inferenceId"] for record in lines(tmp_path)]
        assert sorted(found) == ["child-0", "child-1", "child-2", "parent"]
        assert len(list(tmp_path.rglob("*.jsonl"))) == 4

    def test_a_full_disk_costs_no_prediction_and_leaves_no_torn_file(self, tmp_path: Path) -> None:
        [counted, left] = script(
            tmp_path,
            """
            import os, resource, signal, sys, time
            from pathlib import Path
            from driftline.capture import Capture, Limits
            # The kernel refuses to write more than this to a file, as it does where a disk is full
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
            capture = Capture(sys.argv[1], endpoint="churn", limits=Limits(batch_seconds=0.01))
            for number in range(3):
                capture.record({}, {}, inference_id=str(number))
            while not capture.statistics().write_errors:
                time.sleep(0.01)
            now = capture.statistics()
            print(now.written, now.waiting, now.last_error.split(":")[0])
            print([path.name for path in Path(sys.argv[1]).rglob("*") if path.is_file()])
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            assert capture.flush(30)
            """,
        )
        assert counted.split() == ["0", "3", "OSError"]
        assert left == "[]"
        assert ids(lines(tmp_path)) == {"0", "1", "2"}

    def test_it_needs_the_standard_library_alone(self, tmp_path: Path) -> None:
        found = script(
            tmp_path,
            """
            import sys
            before = set(sys.modules)
            import driftline.capture
            names = {name for name in set(sys.modules) - before if name.partition(".")[0] not in sys.stdlib_module_names}
            print(*sorted(name for name in names if not name.startswith("driftline.capture")), sep="\\n")
            """,
        )
        assert found == ["driftline", "driftline.domain", "driftline.domain.errors"]
