"""Arrange rows, act over HTTP, assert both

`db_session` and the client share the transaction of the test, so no row outlives it. Each request
stores what `db_session` holds, and empties it: the last line reads what the service wrote.
"""

from datetime import UTC, datetime

from my_service.documents.models import Document


async def test_document_is_published(client_as, db_session, test_user):
    now = datetime.now(UTC)
    document = Document(
        title="A title",
        body="",
        status="draft",
        owner_id=test_user.id,
        created_at=now,
        updated_at=now,
    )
    db_session.add(document)
    await db_session.flush()

    response = await client_as("writer").patch(
        f"/api/v1/documents/{document.id}", json={"status": "published"}
    )

    assert response.status_code == 200
    assert (await db_session.get_one(Document, document.id)).status == "published"
