"""The stack's bucket, as its user sees it."""

import json
from collections.abc import Mapping
from typing import Any

from tools.smoke.account import Account
from tools.smoke.traffic import MONITORS

_BASELINE = ("statistics.json", "constraints.json")


class Bucket:
    """Uploads what a user uploads, and looks for what has to appear."""

    def __init__(self, account: Account, name: str, endpoint: str) -> None:
        self._s3: Any = account.client("s3")
        self._name = name
        self._endpoint = endpoint

    def put(self, key: str, body: bytes) -> None:
        self._s3.put_object(Bucket=self._name, Key=key, Body=body)

    def status(self, etag: str) -> Mapping[str, Any] | None:
        """The status file, as soon as it is about the document with this entity tag.

        Raises:
            RuntimeError: the document is refused.
        """
        found: Mapping[str, Any] | None = self._json(f"monitors/{self._endpoint}.status.json")
        if found is None or found["etag"] != etag:
            return None
        if found["status"] != "ok":
            raise RuntimeError(f"The monitor document is refused: {found['errors']}")
        return found

    def put_document(self, text: str) -> str:
        """Uploads the monitor document; returns its entity tag."""
        answer = self._s3.put_object(Bucket=self._name, Key=f"monitors/{self._endpoint}.yaml", Body=text.encode())
        return str(answer["ETag"]).strip('"')

    def baselines(self) -> bool | None:
        """Whether every monitor has its baseline; None while one is missing."""
        there = self._keys(f"baselines/{self._endpoint}/")
        wanted = {f"baselines/{self._endpoint}/{monitor}/{name}" for monitor in MONITORS for name in _BASELINE}
        return True if wanted <= there else None

    def profiles(self) -> int:
        """How many profiles of capture files there are."""
        return len(self._keys("state/profiles/"))

    def verdicts(self) -> Mapping[str, Mapping[str, Any]] | None:
        """`summary.json` by monitor; None while one is missing, or has no rows yet."""
        found = {monitor: self._json(key) for monitor in MONITORS if (key := self._report(monitor, "summary.json"))}
        judged = {monitor: summary for monitor, summary in found.items() if summary and summary["evaluated_rows"]}
        return judged if len(judged) == len(MONITORS) else None

    def page(self) -> str | None:
        """Where the page of the first monitor's execution is."""
        key = self._report(MONITORS[0], "report.html")
        return f"s3://{self._name}/{key}" if key else None

    def _report(self, monitor: str, name: str) -> str | None:
        keys = self._keys(f"reports/{self._endpoint}/{monitor}/")
        return min((key for key in keys if key.endswith(f"/{name}")), default=None)

    def _keys(self, prefix: str) -> set[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._name, Prefix=prefix)
        return {entry["Key"] for page in pages for entry in page.get("Contents", [])}

    def _json(self, key: str) -> Any:
        try:
            return json.loads(self._s3.get_object(Bucket=self._name, Key=key)["Body"].read())
        except self._s3.exceptions.NoSuchKey:
            return None
