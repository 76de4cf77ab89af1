"""Fixtures that all tests share, and what makes every machine the same to them."""

import os
import sys
from pathlib import Path

import boto3
import pytest
from hypothesis import HealthCheck, Phase, settings

from driftline.adapters.aws import clients
from tests import environment
from tests.fuzz import examples

pytest_plugins = ["tests.browser.opening"]
"""Pages are opened in a browser by tests of pages, and by the demo's."""

environment.make_the_same_everywhere()

_OUR_EXAMPLES = settings(
    derandomize=True, deadline=None, max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow]
)
"""The same examples in every run, few enough for a suite that stays fast; no limit of time, machines differ."""
settings.register_profile("local", _OUR_EXAMPLES)
settings.register_profile("ci", _OUR_EXAMPLES, phases=set(Phase) - {Phase.shrink, Phase.explain})
settings.load_profile("ci" if "CI" in os.environ else "local")
"""Shrinking may take minutes. The same failure comes shrunk on a laptop: the examples are the same."""

_HURRIED = 1e-5
"""Seconds until another thread has its turn: what depends on their order fails here, and not once in a hundred runs."""

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the repository; see its README for what is in it."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data sets (../shared/data) are not beside this clone")
    return folder


@pytest.fixture(autouse=True)
def _credentials_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 and our clients keep the credentials that they found first; a test finds those of its own environment."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    clients.session.cache_clear()


@pytest.hookimpl(trylast=True)  # after the random order
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first: in a run side by side, nothing of it is left when the rest is over."""
    items.sort(key=_runs_in_process)


def _runs_in_process(item: pytest.Item) -> bool:
    return not any(item.get_closest_marker(name) for name in ("cloud", "artifact"))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Threads take turns often, but where the embedded cloud serves from this process, which would only be slower."""
    sys.setswitchinterval(_HURRIED if _runs_in_process(item) else 0.005)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """A failure names the order it came in, which a quiet run does not print at its beginning."""
    if terminalreporter.stats.get("failed") or terminalreporter.stats.get("error"):
        terminalreporter.write_line(f"Same order again: --randomly-seed={config.getoption('randomly_seed', None)}")
