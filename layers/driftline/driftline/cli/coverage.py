"""`driftline coverage`: which endpoints are watched, by whom, and whether they are captured."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from driftline.adapters.folder.store import FolderStore
from driftline.cli import options
from driftline.cli.coverage_shown import show_coverage
from driftline.cli.exits import ExitCode
from driftline.cli.output import reporting
from driftline.cli.places import open_place
from driftline.domain.capture.captured import CaptureState
from driftline.domain.coverage.endpoint import EndpointCoverage, WatchedBy
from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import MONITORS
from driftline.kinds.registry import KINDS
from driftline.usecases.coverage.find_coverage import Coverage, find_coverage
from driftline.usecases.ports.sagemaker_account import SageMakerAccount


def coverage(
    *,
    store: options.Store = ".",
    region: Annotated[
        str | None, typer.Option("--region", metavar="REGION", help="Default: that of your AWS configuration.")
    ] = None,
    account: Annotated[
        bool, typer.Option("--account/--no-account", help="Look at your SageMaker account, or at the store alone.")
    ] = True,
    unwatched: Annotated[bool, typer.Option("--unwatched", help="List only endpoints that nobody watches.")] = False,
    as_json: options.Json = False,
) -> None:
    """List the endpoints of your SageMaker account and of a store: watched by whom, captured or not.

    Nothing is changed. Uses your own AWS credentials. What your permissions do not show is unknown, with the name of
    the permission, and the exit code is then 1.

    Example: driftline coverage --store s3://my-bucket --region eu-west-1
    """
    with reporting(as_json=as_json) as output:
        place = open_place(store)
        with output.following() as follow:
            done = 0

            def step(endpoint: str) -> None:
                nonlocal done
                done += 1
                follow(f"looked at {endpoint}", done, 0)

            found = find_coverage(
                place.store,
                _account(region) if account else None,
                kinds=KINDS,
                stands_for_buckets=isinstance(place.store, FolderStore),
                step=step,
            )
        shown = [each for each in found.endpoints if not unwatched or each.watched_by is WatchedBy.NOBODY]
        totals = _totals(found)
        document = _document(found, shown, totals, store)
        output.result(document, lambda console: show_coverage(console, found, shown, totals))
        if not found.documents:
            output.note(f"No monitor document in {place.store.uri(MONITORS)}; --store names another place.")
        if found.unseen:
            output.note(
                "docs/reference/permissions.md#list-what-is-watched has a policy that is enough; --no-account looks at "
                "the store alone."
            )
            raise typer.Exit(ExitCode.FAILED)


def _account(region: str | None) -> SageMakerAccount:
    import boto3  # noqa: PLC0415, costs 0.3 s

    from driftline.adapters.aws.sagemaker_account import AwsSageMakerAccount  # noqa: PLC0415, as above

    session = boto3.Session(region_name=region)
    if session.region_name is None:
        raise InvalidInputError(
            "no region",
            expected="the region of your endpoints",
            mend="Pass --region, set AWS_REGION, or look at the store alone with --no-account.",
        )
    return AwsSageMakerAccount(session)


def _document(
    found: Coverage, shown: Sequence[EndpointCoverage], totals: Mapping[str, int], store: str
) -> dict[str, object]:
    return {
        "store": store,
        "account": found.where or None,
        "endpoints": [each.document() for each in shown],
        "batch_transform": [each.document() for each in found.batches],
        "totals": totals,
        "unseen": list(found.unseen),
    }


def _totals(found: Coverage) -> dict[str, int]:
    """Of all endpoints, whether they are shown or not."""
    watched = Counter(each.watched_by for each in found.endpoints)
    captured = [each.captured.state for each in found.endpoints]
    return {
        "endpoints": len(found.endpoints),
        **{by.value: watched[by] for by in WatchedBy},
        "never_watched": sum(each.never_watched is True for each in found.endpoints),
        "not_captured": sum(each in {CaptureState.OFF, CaptureState.STOPPED} for each in captured),
    }
