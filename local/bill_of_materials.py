"""What the layers carry that others wrote, and under which licences: `make sbom`.

    python -m local.bill_of_materials packages.json LOCK... FOLDER

reads the CycloneDX document that cyclonedx-py made of an environment with the locked packages, adds what only we know,
and writes `sbom.json` and `licences.md` into the folder. It fails if a package of the lock is missing, or if a licence
is not among those that Driftline may be passed on with.
"""

import argparse
import json
import re
import sys
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from driftline import __version__
from local.stack import REPOSITORY

ALLOWED = frozenset(
    {"0BSD", "Apache-2.0", "BSD-3-Clause", "CC0-1.0", "LLVM-exception", "MIT", "MIT-0", "PSF-2.0", "Zlib"}
)
"""SPDX identifiers. All of them let people change and sell what they get, and ask for no more than their notice."""

CLARIFIED = {"jinja2": "BSD-3-Clause"}
"""Packages that name no SPDX identifier, with that of the text that they carry."""

_OPERATORS = frozenset({"AND", "OR", "WITH"})
_SHIPPED = REPOSITORY / "layers" / "driftline" / "driftline" / "presentation" / "pages" / "chartjs" / "package.json"
_COMPILED = REPOSITORY / "native" / "parts.json"


class UnknownLicenceError(Exception):
    """Names every package whose licence is not allowed, or that is missing."""


def completed(
    document: Mapping[str, Any], shipped: Mapping[str, Any], compiled: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The document with Driftline's version, the script that its pages carry, and clarified licences.

    Args:
        document: CycloneDX, as cyclonedx-py writes it.
        shipped: npm's package.json of the script, with the integrity that the registry states.
        compiled: Components, as CycloneDX has them, that are compiled into the native core.
    """
    components = [
        {**each, "licenses": _declared(CLARIFIED[_name(each)])} if _name(each) in CLARIFIED else each
        for each in document["components"]
    ]
    digest = b64decode(shipped["integrity"].removeprefix("sha512-")).hex()
    script = {
        "type": "library",
        "bom-ref": f"{shipped['name']}=={shipped['version']}",
        "name": shipped["name"],
        "version": shipped["version"],
        "licenses": _declared(shipped["license"]),
        "purl": f"pkg:npm/{shipped['name']}@{shipped['version']}",
        "hashes": [{"alg": "SHA-512", "content": digest}],
    }
    components += [script, *compiled]
    root = {**document["metadata"]["component"], "version": __version__}
    everything = {"ref": root["bom-ref"], "dependsOn": sorted(each["bom-ref"] for each in components)}
    others = [each for each in document["dependencies"] if each["ref"] != root["bom-ref"]]
    return {
        **document,
        "metadata": {**document["metadata"], "component": root},
        "components": components,
        "dependencies": [everything, *others, *({"ref": each["bom-ref"]} for each in (script, *compiled))],
    }


def licences(component: Mapping[str, Any]) -> list[str]:
    """SPDX identifiers of a component, those of an expression one by one; other names as they are."""
    return sorted({one for entry in component.get("licenses", []) for one in _identifiers(entry)})


def check(document: Mapping[str, Any], locked: Mapping[str, str]) -> None:
    """Compares a document with the lock and with what is allowed.

    Args:
        locked: Versions by normalised name.

    Raises:
        UnknownLicenceError: something is missing or may not be handed on.
    """
    found = {_name(each): each["version"] for each in document["components"]}
    wrong = [
        f"{name} {version} is in the lock and not in the document"
        for name, version in locked.items()
        if found.get(name) != version
    ]
    for each in document["components"]:
        own = licences(each)
        refused = [licence for licence in own if licence not in ALLOWED]
        if refused or not own:
            wrong.append(f"{each['name']} {each['version']}: {', '.join(refused) or 'no licence stated'}")
    if wrong:
        raise UnknownLicenceError("\n".join(wrong))


def table(document: Mapping[str, Any]) -> str:
    """Markdown: package, version, licences."""
    rows = sorted((each["name"].lower(), each["version"], ", ".join(licences(each))) for each in document["components"])
    lines = [f"| {name} | {version} | {licence} |" for name, version, licence in rows]
    return "\n".join(["| package | version | licence |", "|---|---|---|", *lines, ""])


def locked_versions(lock: str) -> dict[str, str]:
    """Versions by normalised name, from the text of a locked requirements.txt."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", lock, re.MULTILINE)
    return {_normalised(name): version for name, version in pins}


def _declared(identifier: str) -> list[dict[str, Any]]:
    return [{"license": {"id": identifier, "acknowledgement": "declared"}}]


def _identifiers(entry: Mapping[str, Any]) -> Iterator[str]:
    if "expression" in entry:
        yield from (word for word in re.findall(r"[\w.+-]+", entry["expression"]) if word not in _OPERATORS)
    else:
        yield entry["license"].get("id") or entry["license"]["name"]


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _name(component: Mapping[str, Any]) -> str:
    return _normalised(component["name"])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.bill_of_materials", description="The layers' SBOM.")
    parser.add_argument("packages", type=Path, help="what cyclonedx-py wrote")
    parser.add_argument("locks", type=Path, nargs="+", help="requirements.txt of each layer")
    parser.add_argument("folder", type=Path, help="where sbom.json and licences.md go")
    arguments = parser.parse_args()
    packages, shipped, compiled = (
        json.loads(path.read_text("utf-8")) for path in (arguments.packages, _SHIPPED, _COMPILED)
    )
    document = completed(packages, shipped, compiled)
    try:
        check(document, locked_versions("\n".join(lock.read_text("utf-8") for lock in arguments.locks)))
    except UnknownLicenceError as error:
        sys.exit(str(error))
    arguments.folder.mkdir(parents=True, exist_ok=True)
    (arguments.folder / "sbom.json").write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    listed = table(document)
    (arguments.folder / "licences.md").write_text(listed, "utf-8")
    print(listed)


if __name__ == "__main__":
    main()
