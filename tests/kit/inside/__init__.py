"""Tests that run in a rendered project, as its package `tests.inside`."""
