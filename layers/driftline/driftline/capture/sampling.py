"""Which predictions are captured: decided by the inference id alone.

Every process, and every repetition of a request, decides alike; so a client can tell which labels to keep.
"""

from hashlib import blake2b

_WHOLE = 1 << 64


def is_sampled(inference_id: str, percentage: float) -> bool:
    """Whether the id is among `percentage` (0 to 100) of all ids."""
    if percentage >= 100:  # noqa: PLR2004 - percent
        return True
    if percentage <= 0:
        return False
    drawn = int.from_bytes(blake2b(inference_id.encode("utf-8", "surrogatepass"), digest_size=8).digest())
    return drawn * 100 < percentage * _WHOLE
