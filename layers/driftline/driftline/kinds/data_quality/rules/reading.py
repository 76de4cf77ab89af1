"""What reading statistics.json and constraints.json have in common."""

from pydantic import ValidationError

from driftline.domain.errors import InvalidInputError

_SHOWN = 3


def unreadable(error: ValidationError, where: str) -> InvalidInputError:
    """The first problems of a file, each with the path of its field."""
    problems = error.errors(include_url=False)
    lines = [f"{'.'.join(map(str, each['loc'])) or 'the file'}: {each['msg']}" for each in problems[:_SHOWN]]
    more = f" (and {len(problems) - _SHOWN} more)" if len(problems) > _SHOWN else ""
    return InvalidInputError(
        "; ".join(lines) + more,
        where=where,
        expected="a file as SageMaker Model Monitor or Driftline writes it",
        mend="Correct the named fields, or remove the file and upload the data set again to have it suggested anew.",
    )
