"""The roles: in a module of their own, for commands that need nothing else."""

from enum import StrEnum


class Role(StrEnum):
    """What a user may do: an admin everything, an editor all rows, a writer its own rows."""

    ADMIN = "admin"
    EDITOR = "editor"
    WRITER = "writer"
