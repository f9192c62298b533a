"""How many statements, and whether an index serves them

`count_queries` fails where a block sends more statements than that, and shows them. `uses_index`
plans a statement.
"""

from my_service.documents.models import Document
from sqlalchemy import select


async def test_list_takes_few_statements(client_as, count_queries):
    writer = client_as("writer")
    with count_queries(4):
        await writer.get("/api/v1/documents")


async def test_documents_of_an_owner_have_an_index(uses_index):
    newest = select(Document).where(Document.owner_id == 1).order_by(Document.created_at.desc())
    assert await uses_index(newest)
