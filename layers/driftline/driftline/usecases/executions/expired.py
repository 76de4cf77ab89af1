"""A window whose state has expired must not lose the verdict that it has.

State follows from captures, and the bucket's lifecycle rules delete it after `StateDays`. Evaluated again without it, a
window would look as if nothing had been captured, and that would replace its verdict.
"""

from pydantic import BaseModel, ConfigDict, ValidationError

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.files import SUMMARY
from driftline.usecases.ports import ObjectStore


class _Judged(BaseModel):
    """What a summary.json of any kind and version has."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    rows: int = 0


def refuse_expired(store: ObjectStore, folder: str) -> None:
    """For a window without any state.

    Args:
        folder: The report folder.

    Raises:
        InvalidInputError: it had rows when its verdict was made.
    """
    found = store.find(folder + SUMMARY)
    try:
        rows = _Judged.model_validate_json(found.body).rows if found else 0
    except ValidationError:
        return  # No verdict that could be lost.
    if rows:
        raise InvalidInputError(
            f"no profile of the window is left, and its verdict has {rows:,} rows",
            where=store.uri(folder),
            expected="profiles and records of its captures below state/, which the stack keeps for StateDays",
            mend="The verdict stays as it is. To evaluate the window again, copy its captures onto themselves, which "
            "profiles them again. If it really is empty now, delete the report folder first.",
        )
