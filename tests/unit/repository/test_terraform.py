"""examples/terraform against the template that it deploys."""

import re
from typing import Any

import hcl2
import pytest
from samtranslator.yaml_helper import yaml_parse

from tests.places import REPOSITORY

FOLDER = REPOSITORY / "examples" / "terraform"


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return dict(yaml_parse((REPOSITORY / "template.yaml").read_text("utf-8")))


@pytest.fixture(scope="module")
def blocks() -> dict[str, dict[str, Any]]:
    """Blocks by kind and name, of all files."""
    found: dict[str, dict[str, Any]] = {"provider": {}, "resource": {}, "variable": {}, "output": {}}
    for path in sorted(FOLDER.glob("*.tf")):
        for kind, some in hcl2.loads(path.read_text("utf-8")).items():
            for block in some if kind in found else ():
                found[kind] |= {name.strip('"'): body for name, body in block.items()}
    return found


def stack_of(blocks: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return dict(blocks["resource"]["aws_cloudformation_stack"]['"driftline"'])


def test_its_parameters_are_those_of_the_template(blocks: dict[str, Any], template: dict[str, Any]) -> None:
    given = dict(re.findall(r"(\w+) = (?:tostring\()?var\.(\w+)", stack_of(blocks)["parameters"]))
    assert len(given) >= 6
    for parameter, variable in given.items():
        declared = template["Parameters"][parameter]
        default = str(blocks["variable"][variable]["default"]).strip('"')
        assert default == str(declared["Default"]), parameter
        assert default in map(str, declared.get("AllowedValues", [default]))


def test_parameters_without_a_default_are_given(blocks: dict[str, Any], template: dict[str, Any]) -> None:
    required = {name for name, each in template["Parameters"].items() if "Default" not in each}
    assert required <= set(re.findall(r"(\w+) = ", stack_of(blocks)["parameters"]))


def test_its_outputs_are_those_of_the_template(blocks: dict[str, Any], template: dict[str, Any]) -> None:
    read = re.findall(r'outputs\["(\w+)"\]', " ".join(each["value"] for each in blocks["output"].values()))
    assert len(read) == len(blocks["output"]) > 0
    assert set(read) <= set(template["Outputs"])


def test_every_variable_is_declared_and_used(blocks: dict[str, Any]) -> None:
    used = set(re.findall(r"var\.(\w+)", (FOLDER / "main.tf").read_text("utf-8")))
    assert used == set(blocks["variable"])


def test_what_the_template_needs_to_be_deployed_is_granted(blocks: dict[str, Any], template: dict[str, Any]) -> None:
    granted = {each.strip('"') for each in stack_of(blocks)["capabilities"]}
    assert ("CAPABILITY_AUTO_EXPAND" in granted) == ("Transform" in template)
    roles = [each for each in template["Resources"].values() if each["Type"] == "AWS::IAM::Role"]
    assert roles
    assert not any("RoleName" in each["Properties"] for each in roles)
    assert "CAPABILITY_IAM" in granted


def test_the_stack_is_in_the_region_of_its_artifacts(blocks: dict[str, Any]) -> None:
    assert "var.region" in blocks["provider"]["aws"]["region"]
    assert "${var.region}" in stack_of(blocks)["template_url"]
