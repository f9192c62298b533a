"""The second domain changes few files of a rendered project, and those that the docs name.

tests/test_variants.py lays it over every answer set, and runs everything.
"""

from collections.abc import Callable

import pytest

from tests import overlays, template
from tests.template import Rendered
from tests.walkthrough import PAGE

OF_A_RESOURCE = {"src/my_service/models.py", "src/my_service/api.py"}
OF_MORE = {
    ".env.example",
    "pyproject.toml",
    "src/my_service/lifespan.py",
    "src/my_service/settings.py",
    "tests/adapter.py",
}
OF_THE_SAMPLE = {"src/my_service/documents/models.py"}
"""It refers to a table of the domain: its own model says so."""


@pytest.mark.parametrize("name", template.answer_sets())
def test_second_domain_edits_only_files_that_the_docs_name(
    name: str, rendered: Callable[[str], Rendered]
) -> None:
    """No more than a team is told of."""
    project = rendered(name)
    edited = {edit.file for edit in overlays.edits(project)}

    page = (project.path / PAGE).read_text(encoding="utf-8")
    assert edited == OF_A_RESOURCE | OF_MORE | OF_THE_SAMPLE
    assert {file for file in edited - OF_THE_SAMPLE if f"`{file}`" not in page} == set()
