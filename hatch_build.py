"""Puts the native core into the wheel: `make wheels`.

A wheel is for every machine and has no core, unless DRIFTLINE_WHEEL names an architecture in its environment. So
`pip install .` needs no compiler; without a core, the Python parser reads capture files, with the same results.
"""

import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
_MODULE = "driftline_core.abi3.so"


class NativeCoreHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        architecture = os.environ.get("DRIFTLINE_WHEEL")
        if not architecture or version == "editable":
            return
        if architecture not in _MACHINES:
            raise ValueError(f"DRIFTLINE_WHEEL is {architecture!r}: it must be {' or '.join(_MACHINES)}")
        module = Path(self.root, "build", "native", architecture, _MODULE)
        if not module.is_file():
            raise FileNotFoundError(f"{module} is missing: make native ARCH={architecture} builds it")
        build_data["pure_python"] = False
        # The limited API of 3.11, and the glibc that native/build.py compiles for
        build_data["tag"] = f"cp311-abi3-manylinux_2_28_{_MACHINES[architecture]}"
        build_data["force_include"][str(module)] = _MODULE
        licences = module.with_name("driftline_core.licences.txt")
        build_data["force_include"][str(licences)] = licences.name
