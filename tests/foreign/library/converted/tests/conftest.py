import pytest


@pytest.fixture
def password():
    return "a long enough password"
