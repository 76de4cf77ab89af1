"""The command line of `make smoke`."""

import argparse
import contextlib
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import IntEnum

from botocore.exceptions import BotoCoreError, ClientError

from tools.smoke.account import Account
from tools.smoke.cost import MOST, total
from tools.smoke.deployment import PARAMETERS, Deployment, SamDeployment, SourceDeployment
from tools.smoke.interrupting import Interruption
from tools.smoke.names import new_name
from tools.smoke.removal import left_over, remove
from tools.smoke.run import explain, run


class Exit(IntEnum):
    """What a run ends with."""

    WELL = 0
    FAILED = 1
    USAGE = 64
    INTERRUPTED = 130


def note(line: str) -> None:
    """A line with the time, at once: a run takes minutes, and people watch."""
    stamp = "        " if line.startswith(" ") else f"{datetime.now(UTC):%H:%M:%S}"
    # Nobody may read any more: what was made is removed all the same.
    with contextlib.suppress(OSError):
        print(f"{stamp} {line}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    try:
        account = Account(asked.region)
        here = f"the embedded cloud at {account.endpoint}"
        where = here if account.is_embedded else f"account {account.id}, {account.region}"
        return _clean(account, where, agreed=asked.yes) if asked.clean else _smoke(account, where, asked)
    except (BotoCoreError, ClientError, ValueError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return Exit.FAILED


def _smoke(account: Account, where: str, asked: argparse.Namespace) -> int:
    for name in left_over(account):
        note(f"An earlier run left things behind: {name}. Remove them with: make smoke ARGS=--clean")
    name = new_name()
    question = f"Deploy the stack {name} into {where}, for about a quarter of an hour, and delete it again?"
    price = "It costs nothing." if account.is_embedded else f"It costs at most {total(MOST):.2f} USD."
    if not _agreed(f"{question} {price}", agreed=asked.yes):
        return Exit.USAGE
    parameters = {**PARAMETERS, **dict(asked.parameter)}
    embedded = account.is_embedded and not asked.sam
    deployment: Deployment = (SourceDeployment if embedded else SamDeployment)(account, parameters)
    interruption = Interruption(note)
    interruption.listen()
    code = Exit.FAILED
    try:
        note(f"{name} in {where}")
        code = _ran(account, name, deployment, interruption)
        interruption.mute()
    except KeyboardInterrupt:  # which comes once at most
        code = Exit.INTERRUPTED
        note("interrupted")
    finally:
        interruption.mute()  # after a defect, too
        removed = _removed(account, [name])
    if not removed:
        return Exit.FAILED
    note({Exit.WELL: "All well.", Exit.INTERRUPTED: "Stopped."}.get(code, "It failed; see above."))
    return code


def _ran(account: Account, name: str, deployment: Deployment, interruption: Interruption) -> Exit:
    try:
        run(account, name, deployment, note, interruption.check)
    except (RuntimeError, TimeoutError, BotoCoreError, ClientError) as error:
        note(f"FAILED: {error}")
        with contextlib.suppress(BotoCoreError, ClientError):
            explain(account, name, note)
        return Exit.FAILED
    return Exit.WELL


def _clean(account: Account, where: str, *, agreed: bool) -> int:
    found = left_over(account)
    if not found:
        note(f"Nothing is left of earlier runs in {where}.")
        return Exit.WELL
    for name, things in found.items():
        note(f"{name}:")
        for thing in things:
            note(f"  {thing}")
    if not _agreed(f"Delete all of this in {where}? A run that goes on right now would fail.", agreed=agreed):
        return Exit.USAGE
    return Exit.WELL if _removed(account, list(found)) else Exit.FAILED


def _removed(account: Account, names: Sequence[str]) -> bool:
    """Removes what runs made; whether nothing is left."""
    left: list[str] = []
    for name in names:
        note(f"removing {name}")
        left += remove(account, name, note)
    for thing in left:
        note(f"  still there: {thing}")
    return not left


def _agreed(question: str, *, agreed: bool) -> bool:
    if agreed:
        return True
    if not sys.stdin.isatty():
        print(f"{question}\nNobody can answer here. Pass --yes.", file=sys.stderr)
        return False
    return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make smoke ARGS=…",
        description="Deploys a throw-away stack, sends an hour of data, waits for what follows, deletes everything.",
    )
    parser.add_argument("--region", help="default: that of your AWS configuration")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--clean", action="store_true", help="only remove what earlier runs left behind")
    parser.add_argument("--sam", action="store_true", help="use the SAM CLI in an embedded cloud, too")
    parser.add_argument(
        "--parameter",
        action="append",
        default=[],
        type=_pair,
        metavar="NAME=VALUE",
        help="a parameter of the template, such as PermissionsBoundaryArn; may be repeated",
    )
    return parser


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


if __name__ == "__main__":
    sys.exit(main())
