"""An async test asks for an async fixture by getfixturevalue().

Says: getfixturevalue('async_client') was called inside an async test or fixture.
"""

import pytest


async def test_dynamic_fixture(request: pytest.FixtureRequest) -> None:
    """Make the client in the loop that would have to make it."""
    client = request.getfixturevalue("async_client")
    assert (await client.get("/health/live")).status_code == 200
