"""Helpers for development and tests, which production does not need."""
