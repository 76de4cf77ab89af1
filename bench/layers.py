"""The layers as `sam build` makes them, for this machine's architecture, and which function has which."""

import platform
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from samtranslator.yaml_helper import yaml_parse

from tools.layer import add_packages, compile_modules

ROOT = Path(__file__).parent.parent
ARCHITECTURE = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
LOCKS = {"DependenciesLayer": "dependencies", "TablesLayer": "tables"}


def make_layers(folder: Path) -> Mapping[str, Path]:
    """The folder with the packages of each layer.

    Raises:
        LayerError: packages cannot be downloaded.
    """
    made = {name: folder / name / "python" for name in ("DriftlineLayer", *LOCKS)}
    for name, packages in made.items():
        packages.mkdir(parents=True)
        if name in LOCKS:
            add_packages(ROOT / "layers" / LOCKS[name] / "requirements.txt", ARCHITECTURE, packages)
        else:
            shutil.copytree(
                ROOT / "layers" / "driftline" / "driftline",
                packages / "driftline",
                ignore=shutil.ignore_patterns("__pycache__"),
            )
        compile_modules(packages)
    return made


def layers_by_function() -> Mapping[str, Sequence[str]]:
    """Folder below `functions/` -> its layers, in the order of the template, that of all functions first."""
    template = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))
    of_all = [layer["Ref"] for layer in template["Globals"]["Function"]["Layers"]]
    functions = (
        resource["Properties"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
    )
    return {
        Path(function["CodeUri"]).name: [*of_all, *(layer["Ref"] for layer in function.get("Layers", ()))]
        for function in functions
    }


def size(folder: Path) -> float:
    """MiB of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20
