"""What the client sees when the commit fails

`failing_commit` fails the next commit of the service. The row is not stored, and the client is
told so.
"""

from my_service.documents.models import Document
from sqlalchemy import func, select


async def test_failed_commit_is_the_response(client_as, db_session, failing_commit):
    with failing_commit():
        response = await client_as("writer").post("/api/v1/documents", json={"title": "A title"})

    assert response.status_code == 503
    assert await db_session.scalar(select(func.count()).select_from(Document)) == 0
