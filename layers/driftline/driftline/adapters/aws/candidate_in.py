"""The request of a pipeline's Lambda step for the baseline of a model that is not in use yet."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from driftline.domain.errors import InvalidInputError
from driftline.domain.monitors.fields import Name
from driftline.usecases.baselines.candidate_baseline import Wanted, candidate_answer
from driftline.usecases.baselines.uploads import Reading
from driftline.usecases.ports import Stores

_Uri = Annotated[str, Field(pattern=r"^s3://[^/]+/.+$", max_length=1024)]


class CandidateRequest(BaseModel):
    """The step's arguments."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    endpoint: Name
    monitor: Name
    data_uri: _Uri
    output_uri: _Uri
    compare: bool = False
    model_uri: _Uri | None = None


def wanted_baseline(event: dict[str, Any]) -> Wanted:
    """What a direct invocation asks for.

    Raises:
        InvalidInputError: a field is missing, unknown or invalid; the step fails with this text.
    """
    try:
        request = CandidateRequest.model_validate(event)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InvalidInputError(
            f"{'.'.join(map(str, first['loc'])) or 'the request'}: {first['msg']}",
            where="the arguments of the pipeline's step",
            expected="endpoint, monitor, data_uri and output_uri",
        ) from None
    return Wanted(
        request.endpoint,
        request.monitor,
        request.data_uri,
        request.output_uri,
        request.compare,
        request.model_uri or "",
    )


def answer(event: dict[str, Any], reading: Reading, stores: Stores) -> dict[str, str | int]:
    """What the step gets; see `wanted_baseline` and `candidate_answer` for the errors."""
    return candidate_answer(wanted_baseline(event), reading, stores)
