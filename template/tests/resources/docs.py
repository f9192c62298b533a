"""The pages that document the API, for the tests of all resources."""

from ..access import PUBLIC

ACCESS = {
    "GET /docs": PUBLIC,
    "GET /docs/oauth2-redirect": PUBLIC,
    "GET /openapi.json": PUBLIC,
}
