"""Functions' processes as forks: each is one of its own, and what they share is what was imported before."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="functions are forked on Linux")

REPOSITORY = Path(__file__).resolve().parents[3]

SHARED = "import os\nMADE_BY = os.getpid()\nSEEN = []\n"

APP = "import json\nimport shared\nimport missing_package\n"

SCRIPT = """
import json, os, sys
sys.path.insert(0, os.environ["_LAMBDA_LAYERS_DIRS"].split(os.pathsep)[-1] + "/python")
import shared
for line in sys.stdin:
    asked = json.loads(line)
    shared.SEEN.append(asked)
    print("noted", file=sys.stderr, flush=True)
    print(json.dumps({
        "pid": os.getpid(), "made_by": shared.MADE_BY, "seen": shared.SEEN, "cwd": os.getcwd(),
        "name": os.environ["NAME"], "home": os.environ.get("HOME"), "argv": sys.argv,
    }), flush=True)
"""

STARTER = """
import json, os, sys
from pathlib import Path
from local.changes.starts import Forks
folder, forks = Path(sys.argv[1]), Forks()
layers = os.pathsep.join([str(folder / "none"), str(folder / "layer")])
started = []
for line in sys.stdin:
    asked = json.loads(line)
    if "start" in asked:
        variables = {"_LAMBDA_LAYERS_DIRS": layers, "NAME": asked["start"], "PATH": os.environ["PATH"]}
        started.append(forks.start(str(folder / "script.py"), str(folder / "code"), variables))
        answer = started[-1].pid
    else:
        one = started[asked["to"]]
        if asked.get("kill"):
            one.kill()
            answer = one.wait(60)
        elif asked.get("poll"):
            answer = one.poll()
        else:
            one.stdin.write(json.dumps(asked["say"]) + "\\n")
            answer = [json.loads(one.stdout.readline()), one.stderr.readline()]
    print(json.dumps(answer), flush=True)
"""


class Starter:
    """A process that starts functions, as the server of the embedded cloud is one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("layer/python", "code", "none"):
            (folder / name).mkdir(parents=True)
        (folder / "layer/python/shared.py").write_text(SHARED)
        (folder / "code/app.py").write_text(APP)
        (folder / "script.py").write_text(SCRIPT)
        self.process = subprocess.Popen(
            [sys.executable, "-c", STARTER, str(folder)],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "HOME": "/somewhere"},
        )

    def ask(self, **asked: object) -> object:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def say(self, to: int, text: str) -> dict[str, object]:
        answer = self.ask(to=to, say=text)
        assert isinstance(answer, list)
        assert answer[1] == "noted\n"
        assert isinstance(answer[0], dict)
        return answer[0]

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()


@pytest.fixture
def starter(tmp_path: Path) -> Iterator[Starter]:
    one = Starter(tmp_path)
    yield one
    one.end()


def test_each_is_a_process_of_its_own_with_its_own_environment(starter: Starter) -> None:
    pids = [starter.ask(start="first"), starter.ask(start="second")]
    answers = [starter.say(0, "a"), starter.say(1, "b"), starter.say(0, "c")]
    assert [answer["pid"] for answer in answers] == [pids[0], pids[1], pids[0]]
    assert [answer["name"] for answer in answers] == ["first", "second", "first"]
    assert [answer["seen"] for answer in answers] == [["a"], ["b"], ["a", "c"]]
    assert {answer["cwd"] for answer in answers} == {str(starter.folder / "code")}
    assert answers[0]["argv"] == [str(starter.folder / "script.py")]
    assert answers[0]["home"] is None  # the starter's


def test_what_they_import_is_imported_once_though_some_of_it_cannot_be(starter: Starter) -> None:
    pids = {starter.ask(start="first"), starter.ask(start="second")}
    (made_by,) = {starter.say(number, "a")["made_by"] for number in (0, 1)}
    assert made_by not in pids


def test_one_that_is_killed_has_ended_and_leaves_the_others_alone(starter: Starter) -> None:
    starter.ask(start="first")
    starter.ask(start="second")
    assert [starter.ask(to=number, poll=True) for number in (0, 1)] == [None, None]
    assert starter.ask(to=0, kill=True) == 0
    assert [starter.ask(to=number, poll=True) for number in (0, 1)] == [0, None]
    assert starter.say(1, "b")["seen"] == ["b"]


def test_they_end_with_the_process_that_started_them(starter: Starter) -> None:
    pid = starter.ask(start="first")
    assert Path(f"/proc/{pid}").exists()
    starter.process.kill()
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), "the function's process ends")
