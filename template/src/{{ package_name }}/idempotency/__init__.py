"""Requests that happen once, however often they are sent: the header Idempotency-Key."""
