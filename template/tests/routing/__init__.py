"""Tests of routing and validation, with the sync client: nothing here reaches a database."""
