"""A test asks for the loop, as tests of older versions did.

Says: pytest-asyncio made it private.
"""

from asyncio import AbstractEventLoop


def test_loop_as_a_fixture(event_loop: AbstractEventLoop) -> None:
    """Run something in the loop by hand."""
    event_loop.run_until_complete(None)
