"""The machinery behind the fixtures of conftest.py, all of it in one event loop.

A test gets a `ServiceUnderTest` (service.py) on one of three tiers (tiers.py). Guards refuse the
mistakes that async tests invite; the diagnosis explains those that get through.
"""
