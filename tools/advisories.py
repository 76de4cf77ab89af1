"""Published advisories about the packages of the locks: `make advisories`.

    python -m tools.advisories LOCK... --audit COMMAND

COMMAND is pip-audit with the database that it asks. The exit code is 0 if every package was looked up and none has an
advisory, 1 if one has, and 3 if some could not be looked up and no other has one: silence is no answer.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CLEAN, FOUND, UNKNOWN = 0, 1, 3
"""2 is make's own, and that of wrong arguments."""

NEVER_ASKED = "Not in the locks: Python and boto3 of Lambda's runtime, Chart.js in report pages, tools that make runs."

_PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
_SHOWN = 5


@dataclass(frozen=True, slots=True, order=True)
class Package:
    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the database says.

    Attributes:
        known: Identifiers of the advisories about each package that was looked up, with versions that fix them.
        trouble: Why others were not; empty if nothing was said.
    """

    known: Mapping[Package, Sequence[str]]
    trouble: str = ""


def packages_of(lock: str) -> Iterator[Package]:
    """The packages that a lock pins."""
    for name, version in _PINNED.findall(lock):
        yield Package(_normal(name), version)


def ask(command: Sequence[str], locks: Sequence[Path]) -> Answer:
    """Runs pip-audit over the locks. If its database fails to answer once, it says nothing about any package."""
    files = [argument for lock in locks for argument in ("--requirement", str(lock))]
    options = ["--disable-pip", "--require-hashes", "--format=json", "--desc=off", "--progress-spinner=off"]
    try:
        run = subprocess.run([*command, *options, *files], capture_output=True, text=True, check=False)
    except OSError as error:
        return Answer({}, str(error))
    try:
        answered = json.loads(run.stdout)["dependencies"]
    except (ValueError, KeyError):
        return Answer({}, " ".join((run.stderr.strip() or run.stdout.strip() or "no answer").splitlines()[-1:]))
    skipped = [f"{each['name']}: {each['skip_reason']}" for each in answered if "skip_reason" in each]
    known = {
        Package(_normal(each["name"]), each["version"]): [_shown(one) for one in each["vulns"]]
        for each in answered
        if "skip_reason" not in each
    }
    return Answer(known, "; ".join(skipped[:_SHOWN]))


def report(locks: Mapping[str, Sequence[Package]], answer: Answer) -> tuple[int, list[str]]:
    """(exit code, lines for people)."""
    wanted = {package for packages in locks.values() for package in packages}
    found = sorted(package for package in wanted if answer.known.get(package))
    unknown = sorted(wanted - set(answer.known))
    lines = [
        f"{package}, in {', '.join(name for name, packages in locks.items() if package in packages)}: "
        f"{'; '.join(answer.known[package])}"
        for package in found
    ]
    if unknown:
        more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
        names = ", ".join(map(str, unknown[:_SHOWN])) + more
        lines.append(f"NOT CHECKED: {len(unknown)} of {len(wanted)} packages ({names}). {answer.trouble}".rstrip())
    looked_up = len(wanted) - len(unknown)
    verdict = f"{len(found)} with advisories" if found else "no advisory" if looked_up else "nothing is known"
    lines.append(f"{looked_up} of {len(wanted)} packages looked up: {verdict}. {NEVER_ASKED}")
    return FOUND if found else UNKNOWN if unknown or not wanted else CLEAN, lines


def _shown(advisory: Mapping[str, Any]) -> str:
    names = "/".join([advisory["id"], *advisory.get("aliases", ())])
    fixed = ", ".join(advisory.get("fix_versions", ()))
    return f"{names} ({f'fixed in {fixed}' if fixed else 'not fixed yet'})"


def _normal(name: str) -> str:
    """https://packaging.python.org/en/latest/specifications/name-normalization/."""
    return re.sub(r"[-_.]+", "-", name).lower()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.advisories", description=__doc__.partition("\n")[0])
    parser.add_argument("locks", nargs="+", type=Path, metavar="LOCK")
    parser.add_argument("--audit", required=True, help="the command: pip-audit with the database that it asks")
    given = parser.parse_args(arguments)
    locks = {str(lock): tuple(packages_of(lock.read_text("utf-8"))) for lock in given.locks}
    code, lines = report(locks, ask(given.audit.split(), given.locks))
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
