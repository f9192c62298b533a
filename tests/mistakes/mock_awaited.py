"""A MagicMock stands in for something that is awaited.

Says: A Mock or MagicMock stands where something is awaited.
"""

from unittest.mock import Mock


async def test_mock_that_cannot_be_awaited() -> None:
    """Send a mail, or so it seems."""
    mailer = Mock()
    await mailer.send("ada@example.com")
