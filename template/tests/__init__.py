"""The tests of the service. Their fixtures are in conftest.py, the machinery in kit/."""

import pytest

# Before conftest.py imports it: pytest warns of plugins that it cannot rewrite any more.
pytest.register_assert_rewrite("tests.audit", "tests.kit")
