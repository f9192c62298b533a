"""The roles: in a module of their own, for commands that need nothing else."""

from enum import StrEnum


class Role(StrEnum):
    """The role of a user: admins do everything, editors change all rows, writers their own."""

    ADMIN = "admin"
    EDITOR = "editor"
    WRITER = "writer"
