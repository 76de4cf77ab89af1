"""The text of a user's script, from the prefix that only operators can write."""

from driftline.domain.errors import InvalidInputError, ObjectNotFoundError
from driftline.domain.keys import script_key
from driftline.usecases.ports import ObjectStore


def load_script(store: ObjectStore, name: str) -> str:
    """The script that a monitor document names.

    Raises:
        InvalidInputError: it is not there, or no UTF-8 text.
    """
    key = script_key(name)
    try:
        return store.get(key).body.decode()
    except ObjectNotFoundError:
        raise InvalidInputError(
            "the script that the monitor document names is not there", where=store.uri(key), mend="Upload it."
        ) from None
    except UnicodeDecodeError:
        raise InvalidInputError("the script is no UTF-8 text", where=store.uri(key)) from None
