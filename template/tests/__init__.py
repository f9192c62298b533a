"""The tests of the service. Fixtures are in conftest.py and kit/fixtures.py."""
