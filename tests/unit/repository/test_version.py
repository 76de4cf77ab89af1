"""One version, `driftline.__version__`: the package, the command line and the deployed stack say the same."""

import importlib.metadata

from samtranslator.yaml_helper import yaml_parse
from typer.testing import CliRunner

from driftline import __version__
from driftline.adapters.native.core import CORE, WHY_NOT
from driftline.cli import app
from tests.places import REPOSITORY


def test_the_package_has_it() -> None:
    assert importlib.metadata.version("driftline") == __version__


def test_the_command_line_shows_it() -> None:
    shown = CliRunner().invoke(app, ["--version"])
    first, second = shown.stdout.splitlines()
    assert (shown.exit_code, first) == (0, f"driftline {__version__}")
    assert second == ("parser: native" if CORE else f"parser: python (no native core: {WHY_NOT})")


def test_the_stack_has_it_as_an_output() -> None:
    template = yaml_parse((REPOSITORY / "template.yaml").read_text("utf-8"))
    assert template["Outputs"]["Version"]["Value"] == __version__
