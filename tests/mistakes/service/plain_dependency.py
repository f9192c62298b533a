"""A dependency that FastAPI runs in a thread."""


def page_size() -> int:
    """Return the size of a page."""
    return 20
