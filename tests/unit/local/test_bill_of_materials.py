"""The layers' bill of materials: what is added to it, and what it refuses."""

import json
from typing import Any

import pytest

from driftline import __version__
from local.bill_of_materials import UnknownLicenceError, check, completed, licences, locked_versions, table
from tests.places import REPOSITORY

SHIPPED = {"name": "chart.js", "version": "4.6.1", "license": "MIT", "integrity": "sha512-AQI="}


def component(name: str, *entries: dict[str, Any]) -> dict[str, Any]:
    return {"bom-ref": f"{name}==1.0", "name": name, "version": "1.0", "licenses": list(entries)}


def named(licence: str) -> dict[str, Any]:
    return {"license": {"id": licence}}


def document(*components: dict[str, Any]) -> dict[str, Any]:
    return {
        "metadata": {"component": {"bom-ref": "root", "name": "driftline"}},
        "components": list(components),
        "dependencies": [{"ref": "root"}, *({"ref": each["bom-ref"]} for each in components)],
    }


def test_it_has_the_version_and_the_script_of_the_pages() -> None:
    made = completed(document(component("a", named("MIT"))), SHIPPED)
    assert made["metadata"]["component"]["version"] == __version__
    assert [each["name"] for each in made["components"]] == ["a", "chart.js"]
    assert made["components"][1]["hashes"] == [{"alg": "SHA-512", "content": "0102"}]
    assert made["dependencies"][0] == {"ref": "root", "dependsOn": ["a==1.0", "chart.js==4.6.1"]}
    assert [each["ref"] for each in made["dependencies"]] == ["root", "a==1.0", "chart.js==4.6.1"]


def test_it_has_what_is_compiled_into_the_core() -> None:
    parts = json.loads((REPOSITORY / "native" / "parts.json").read_text("utf-8"))
    made = completed(document(), SHIPPED, parts)
    check(made, {"zstd": parts[0]["version"]})
    assert licences(parts[1]) == ["Apache-2.0", "LLVM-exception"]
    assert [each["ref"] for each in made["dependencies"]] == ["root", "chart.js==4.6.1", *(p["bom-ref"] for p in parts)]


def test_a_package_without_an_identifier_gets_that_of_its_text() -> None:
    [jinja, _] = completed(document(component("Jinja2", {"license": {"name": "BSD License"}})), SHIPPED)["components"]
    assert licences(jinja) == ["BSD-3-Clause"]


def test_every_part_of_an_expression_counts() -> None:
    one = component("numpy", {"expression": "BSD-3-Clause AND (MIT OR Zlib)"})
    assert licences(one) == ["BSD-3-Clause", "MIT", "Zlib"]
    check(document(one), {"numpy": "1.0"})


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([], "a 1.0: no licence stated"),
        ([named("GPL-3.0-only")], "a 1.0: GPL-3.0-only"),
        ([named("MIT"), {"license": {"name": "Ours"}}], "a 1.0: Ours"),
        ([{"expression": "MIT OR SSPL-1.0"}], "a 1.0: SSPL-1.0"),
    ],
)
def test_a_licence_that_is_not_allowed_fails(entries: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(UnknownLicenceError, match=rf"^{said}$"):
        check(document(component("a", *entries)), {"a": "1.0"})


@pytest.mark.parametrize("locked", [{"a": "1.1"}, {"a": "1.0", "b": "1.0"}])
def test_the_lock_and_the_document_have_the_same_packages(locked: dict[str, str]) -> None:
    with pytest.raises(UnknownLicenceError, match="is in the lock and not in the document"):
        check(document(component("a", named("MIT"))), locked)


def test_the_lock_is_read_as_it_is_written() -> None:
    lock = locked_versions((REPOSITORY / "layers" / "dependencies" / "requirements.txt").read_text("utf-8"))
    assert {"numpy", "aws-lambda-powertools", "ruamel-yaml"} <= lock.keys()
    assert locked_versions("Ruamel.Yaml==0.19.1 \\\n    --hash=sha256:00\n    # via x==2\n") == {
        "ruamel-yaml": "0.19.1"
    }


def test_the_list_is_for_people() -> None:
    made = table(document(component("b", named("MIT")), component("A", named("0BSD"), named("MIT"))))
    assert made.splitlines()[2:] == ["| a | 1.0 | 0BSD, MIT |", "| b | 1.0 | MIT |"]
    assert json.dumps(made).isascii()
