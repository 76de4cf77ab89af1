"""Approvals: `approvals/<endpoint>/<id>.json`. IAM decides who may write there, and so who may approve."""

import re

from pydantic import BaseModel, ConfigDict

from driftline.domain.monitors.fields import NAME

APPROVALS = "approvals/"

_KEY = re.compile(rf"{APPROVALS}(?P<endpoint>{NAME})/(?P<id>[A-Za-z0-9-]{{1,80}})\.json", re.ASCII)
"""Only valid names of endpoints, because each name has a ledger and audit records of its own."""


class ApprovalFile(BaseModel):
    """The contents of the file. They do not matter for the approval: the key names the request.

    Attributes:
        by: Who claims to approve; IAM knows who really did.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    by: str = ""
    why: str = ""


def approval_key(endpoint: str, request: str) -> str:
    return f"{APPROVALS}{endpoint}/{request}.json"


def parse_approval_key(key: str) -> tuple[str, str] | None:
    """(endpoint, id of the request); None for other keys."""
    match = _KEY.fullmatch(key)
    return (match["endpoint"], match["id"]) if match else None
