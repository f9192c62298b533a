"""The kinds of failure that a database reports, whichever database it is."""

from enum import Enum, auto


class Kind(Enum):
    """The kind of an error of the database. An error of no kind is a bug of the service."""

    UNIQUE = auto()
    FOREIGN_KEY = auto()
    EXCLUSION = auto()
    BAD_VALUE = auto()  # a value that no column of this type can hold
    CONFLICT = auto()  # undone in favour of another transaction: may succeed if sent again at once
    UNAVAILABLE = auto()  # may pass later
    TIMEOUT = auto()
