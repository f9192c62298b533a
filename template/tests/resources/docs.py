"""The pages that document the API, for the tests of all resources."""

from ..access import PUBLIC

ACCESS = {
    "GET /docs": PUBLIC,
    "GET /docs/favicon.png": PUBLIC,
    "GET /docs/swagger-ui-bundle.js": PUBLIC,
    "GET /docs/swagger-ui.css": PUBLIC,
    "GET /openapi.json": PUBLIC,
}
