"""Bugs seeded on purpose: a rendered suite that does not notice one lacks a test.

Each `*.yml` here holds the bugs of one subject. catalogue.py reads and applies them, hunt.py runs
the rendered suite on each. `uv run python -m tests.mutants` hunts them all and counts.
"""
