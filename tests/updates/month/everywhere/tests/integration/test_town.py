"""What the town adds to the tests."""

from ..builders import Make


def test_helpdesk_is_an_address(helpdesk: str) -> None:
    assert helpdesk.startswith("https://")


async def test_published_document_is_published(make: Make) -> None:
    assert (await make.published()).status == "published"
