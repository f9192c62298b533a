"""A second domain, laid over a rendered project of every answer set as a team would add it.

What is proven on the sample is proven on the sample only: the second domain has other types, keys
and relations, a history with branches, streams, sockets, jobs and calls to other services.
"""

from pathlib import Path

import pytest

from tests import overlays, template
from tests.shell import OWN_COMMANDS, run


@pytest.mark.parametrize("name", template.answer_sets())
def test_overlay_is_clean(name: str, tmp_path: Path) -> None:
    """It fits, and what it adds is what the formatter would write."""
    rendered = template.render(template.answers_of(name), tmp_path / "project")
    overlays.lay(rendered)
    for options in (["check"], ["format", "--check"]):
        run([OWN_COMMANDS / "ruff", *options, "."], folder=rendered.path).check()
