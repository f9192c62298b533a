"""Every answer set is a service that passes its own checks, installed from its own pyproject.toml.

The answer sets run on the Python that runs these tests; the defaults also on every other supported
Python that is installed here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import pythons, template
from tests.installed import Installed
from tests.servers import redis

# A suite in two processes: each has a database of its own, on both servers.
PARALLEL = {"defaults", "postgres-dbmate-session"}
# It takes as long as half a suite. Mypy, which is stricter, looks at all.
PYRIGHT = {*template.ONE_OF_EACH_STYLE, "everything"}


@dataclass(frozen=True)
class Variant:
    """An answer set, and the Python to run it on."""

    name: str
    python: str = pythons.CURRENT

    def __str__(self) -> str:
        """Name the variant as its test does."""
        return self.name if self.python == pythons.CURRENT else f"{self.name}-{self.python}"

    @property
    def answers(self) -> template.Answers:
        """The answers, with the lowest Python as high as the one that it runs on."""
        answers = template.answers_of(self.name)
        return (
            answers if self.python == pythons.CURRENT else answers | {"python_version": self.python}
        )


VARIANTS = [Variant(name) for name in template.answer_sets()] + [
    Variant("defaults", version) for version in pythons.installed() if version != pythons.CURRENT
]


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_variant(
    variant: Variant,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    subtests: pytest.Subtests,
    record_property: Callable[[str, object], None],
) -> None:
    """Its suite passes in full, with a real Redis; so do the checks that its own CI runs."""
    folder = tmp_path / "project"
    template.render(variant.answers, folder)
    project = Installed(folder, tmp_path_factory.getbasetemp(), variant.python)
    with subtests.test("suite"), redis(tmp_path) as url:
        project.environment["TEST_REDIS_URL"] = url
        workers = ["-n", "2"] if variant.name in PARALLEL else []
        record_property("rendered_tests", project.suite(*workers))
    for words in project.checks():
        if words[0] != "pyright" or variant.name in PYRIGHT:
            with subtests.test(" ".join(words)):
                project.uv("run", *words)
