"""Writes what is not there yet: in a versioned bucket, the same bytes again are one more version to pay for."""

from driftline.usecases.ports import ObjectStore

HTML = "text/html; charset=utf-8"
JSON = "application/json"


def put_if_changed(store: ObjectStore, key: str, body: bytes, *, content_type: str) -> bool:
    """Whether it was written."""
    found = store.find(key)
    if found is not None and found.body == body:
        return False
    store.put(key, body, content_type=content_type)
    return True
