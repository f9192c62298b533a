"""What a program does with a service, through the client that its OpenAPI document makes."""

import sys
from http import HTTPStatus

from client import AuthenticatedClient, Client
from client.api.auth import log_in, refresh_tokens
from client.api.documents import create_document, list_documents, update_document
from client.api.users import read_me
from client.models import (
    DocumentCreate,
    DocumentRead,
    DocumentUpdate,
    LoginForm,
    PageDocumentRead,
    Problem,
    RefreshRequest,
    Status,
    TokenPair,
)


def walk(address: str, username: str, password: str) -> None:
    """Log in, create, page to the end, change, and be refused in every way."""
    anybody = Client(base_url=address)
    form = LoginForm(username=username, password=password)
    tokens = log_in.sync(client=anybody, body=form)
    assert isinstance(tokens, TokenPair)
    pair = refresh_tokens.sync(
        client=anybody, body=RefreshRequest(refresh_token=tokens.refresh_token)
    )
    assert isinstance(pair, TokenPair)
    client = AuthenticatedClient(base_url=address, token=pair.access_token)

    for number in range(5):
        made = create_document.sync_detailed(
            client=client, body=DocumentCreate(title=f"Page {number}")
        )
        assert isinstance(made.parsed, DocumentRead)
        assert made.parsed.status is Status.DRAFT
        assert made.headers["ETag"] == '"1"'
    found = pages(client)
    assert [document.title for document in found] == [f"Page {number}" for number in range(5)]

    first = found[0].id
    for version, title, expected in ((1, "Changed", HTTPStatus.OK), (1, "Lost", HTTPStatus(412))):
        changed = update_document.sync_detailed(
            first, client=client, body=DocumentUpdate(title=title), if_match=f'"{version}"'
        )
        assert changed.status_code == expected
    assert isinstance(changed.parsed, Problem)
    assert changed.parsed.detail == "The resource has changed: read it again."

    invalid = create_document.sync(client=client, body=DocumentCreate(title=""))
    assert isinstance(invalid, Problem)
    assert invalid.errors
    assert invalid.errors[0].loc == ["body", "title"]

    refused = read_me.sync_detailed(client=client)
    while refused.status_code == HTTPStatus.OK:
        refused = read_me.sync_detailed(client=client)
    assert refused.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert isinstance(refused.parsed, Problem)
    assert int(refused.headers["Retry-After"]) >= 1


def pages(client: AuthenticatedClient) -> list[DocumentRead]:
    """Return the documents of all pages."""
    page = list_documents.sync(client=client, limit=2)
    assert isinstance(page, PageDocumentRead)
    found = list(page.items)
    while page.next_cursor is not None:
        page = list_documents.sync(client=client, limit=2, cursor=page.next_cursor)
        assert isinstance(page, PageDocumentRead)
        found += page.items
    return found


if __name__ == "__main__":
    walk(*sys.argv[1:])
    print("walked")
