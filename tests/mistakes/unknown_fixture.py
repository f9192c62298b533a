"""A fixture is asked for by a name that it does not have.

Says: ask for `client`.
"""

from typing import Any


def test_underscore(_client: Any) -> None:  # noqa: PT019 - the mistake
    """Ask for a fixture that is called something else."""
    assert _client.get("/health/live").status_code == 200
