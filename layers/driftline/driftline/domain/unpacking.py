"""Files that may be gzip: the one place that unpacks them, with a limit. A few megabytes can unpack to gigabytes."""

import gzip
import zlib
from collections.abc import Iterator
from io import BytesIO

from driftline.domain.errors import InvalidInputError

GZIP_MAGIC = b"\x1f\x8b"

UNPACKED_BYTES = 256 << 20
"""Of capture and ground truth files, unless it is set."""

_CHUNK = 1 << 20


def chunks(body: bytes, size: int, most: int, where: str) -> Iterator[bytes]:
    """A file, plain or gzip, in pieces of this size; memory does not grow with it.

    Args:
        most: Maximum number of bytes of the file, once it is unpacked.
        where: The file, as errors name it.

    Raises:
        InvalidInputError: too large, damaged or cut off; possibly after some pieces.
    """
    if not body.startswith(GZIP_MAGIC):
        if len(body) > most:
            raise too_large(most, where)
        yield from (body[at : at + size] for at in range(0, len(body), size))
        return
    total = 0
    try:
        with gzip.open(BytesIO(body)) as unpacked:
            while chunk := unpacked.read(size):
                total += len(chunk)
                if total > most:
                    raise too_large(most, where)
                yield chunk
    except (EOFError, OSError, zlib.error) as error:
        raise _damaged(error, where) from None


def unpacked(body: bytes, most: int, where: str) -> bytes:
    """A whole file; arguments and errors as for `chunks`."""
    if not body.startswith(GZIP_MAGIC):
        if len(body) > most:
            raise too_large(most, where)
        return body
    return b"".join(chunks(body, _CHUNK, most, where))


def too_large(most: int, where: str) -> InvalidInputError:
    """The error for a file that is larger than this many bytes."""
    megabytes = f"{most / (1 << 20):g} MB"
    return InvalidInputError(
        f"more than {megabytes}, unpacked",
        where=where,
        expected=f"at most {megabytes}",
        mend="Split the file, or raise the limit: MaxUnpackedMegabytes of the stack, "
        "DRIFTLINE_MAX_UNPACKED_MB for the command line.",
    )


def _damaged(error: Exception, where: str) -> InvalidInputError:
    return InvalidInputError(f"the gzip file cannot be unpacked ({error})", where=where, mend="Upload it again.")
