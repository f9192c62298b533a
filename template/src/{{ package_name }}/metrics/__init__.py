"""Counts of what the service holds and does."""
