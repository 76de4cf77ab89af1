"""docs/guide/share-reports.md: the password function does what it says, and the parameters are those of the template."""

import base64
import json
import re
import subprocess
from hashlib import sha256
from typing import Any

import pytest
from playwright._impl._driver import compute_driver_executable

from local.stack import REPOSITORY

PAGE = (REPOSITORY / "docs" / "guide" / "share-reports.md").read_text()
TEMPLATE = (REPOSITORY / "template.yaml").read_text()


def node() -> str:
    """Playwright's own, which is the same on every machine."""
    return str(compute_driver_executable()[0])


def answer(authorization: str | None) -> dict[str, Any]:
    (code,) = re.findall(r"```js\n(.*?)```", PAGE, re.DOTALL)
    digest = sha256(b"ops:correct horse").hexdigest()
    headers = {"authorization": {"value": authorization}} if authorization is not None else {}
    event = json.dumps({"request": {"method": "GET", "uri": "/", "headers": headers}})
    script = f"{code.replace('"…"', json.dumps(digest))}\nprocess.stdout.write(JSON.stringify(handler({event})));"
    result = subprocess.run([node(), "-e", script], capture_output=True, text=True, check=True)
    return dict(json.loads(result.stdout))


def test_the_password_lets_in() -> None:
    given = base64.b64encode(b"ops:correct horse").decode()
    assert answer(f"Basic {given}")["uri"] == "/"


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Basic ", "Basic b3BzOndyb25n", "Bearer " + base64.b64encode(b"ops:correct horse").decode()],
)
def test_nothing_else_does(authorization: str | None) -> None:
    refused = answer(authorization)
    assert refused["statusCode"] == 401
    assert refused["headers"]["www-authenticate"]["value"].startswith("Basic ")


def test_every_parameter_and_output_is_one_of_the_template() -> None:
    named = set(re.findall(r"`((?:Report|Serve)[A-Za-z]+)", PAGE))
    assert len(named) == 10
    assert [name for name in named if f"\n  {name}:\n" not in TEMPLATE] == []
