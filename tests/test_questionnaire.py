"""The questionnaire as a person sees it, in a terminal of 80 columns."""

from pathlib import Path

import pytest

from tests import template
from tests.terminal import ENTER, last_line_of, questionnaire

BEFORE_FEATURES = (
    *("scope", "project_name", "package_name", "description"),
    *("database", "migrations"),
)
HINT = "(Use arrow keys"  # the words of the library, not of the template


@pytest.fixture(scope="module")
def screens(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Return the lines that ask each question, whole: with a line that is cut this fails."""
    shown: dict[str, list[str]] = {}
    with questionnaire(tmp_path_factory.mktemp("asked") / "project") as terminal:
        for name, question in template.questions().items():
            first, *others = str(question["help"]).splitlines()
            lines = [terminal.wait_for(text) for text in [first, *others, *template.choices(name)]]
            shown[name] = _from(first, terminal.wait_for(last_line_of(name)))
            assert shown[name] == _from(first, lines[-1])
            terminal.type(ENTER)
    return shown


def test_page_shows_the_questionnaire(screens: dict[str, list[str]]) -> None:
    """Line by line, as it is on the screen."""
    page = (template.ROOT / "docs" / "choosing.md").read_text(encoding="utf-8")
    _, _, section = page.partition("## The questionnaire\n\n")
    shown = [line for lines in screens.values() for line in lines]
    assert section.partition("\n\n")[0].splitlines() == [f"    {line}" for line in shown]


def test_choice_that_another_answer_rules_out_says_so(tmp_path: Path) -> None:
    """It cannot be selected, and the words after it fit on the line."""
    with questionnaire(tmp_path / "project", "--data=auth=none") as terminal:
        for name in BEFORE_FEATURES:
            terminal.wait_for(str(template.questions()[name]["help"]).splitlines()[0])
            terminal.wait_for(last_line_of(name))
            terminal.type(ENTER)
        terminal.wait_for(
            "   - Personal API keys: users make their own (needs auth to be jwt or session)"
        )


def test_tests_alone_ask_for_what_matters(tmp_path: Path) -> None:
    """The package and the database; then the files are written."""
    answers_file = "--answers-file=.copier-answers.oneloop.yml"
    with questionnaire(tmp_path / "project", answers_file, "--data=scope=tests") as terminal:
        for name, default in (("package_name", "app"), ("database", "Postgres")):
            terminal.wait_for(str(template.questions()[name]["help"]).splitlines()[0])
            terminal.wait_for(default)
            terminal.type(ENTER)
        terminal.wait_for("brings the fixes of the kit.")


def _from(first: str, lines: list[str]) -> list[str]:
    """Return the lines from the one that begins a question on, without the library's words."""
    begin = max(number for number, line in enumerate(lines) if first in line)
    return [line for line in lines[begin:] if HINT not in line]
