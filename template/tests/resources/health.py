"""The health of the service, for the tests of all resources."""

from ..access import PUBLIC

ACCESS = {
    "GET /health/live": PUBLIC,
    "GET /health/ready": PUBLIC,
}
