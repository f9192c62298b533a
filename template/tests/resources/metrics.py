"""Metrics, for the tests of all resources."""

from ..access import ADMIN

ACCESS = {"GET /api/v1/metrics": ADMIN}
