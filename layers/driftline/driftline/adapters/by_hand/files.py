"""Files that the user names."""

from pathlib import Path

from driftline.domain.errors import InvalidInputError


def read_file(path: Path) -> bytes:
    """Raises InvalidInputError: the file does not exist or may not be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInputError(
            f"cannot be read: {error.strerror}", where=str(path), mend="Check the path and its permissions."
        ) from None
