"""The questionnaire is a public contract.

To rename a choice would flip existing projects to the default, without a word.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import template
from tests.template import Rendered

Render = Callable[[str], Rendered]

CONTRACT: dict[str, dict[str, Any]] = {
    "scope": {"type": "str", "choices": ["service", "tests"], "default": "service"},
    "project_name": {"type": "str", "choices": None, "default": "My Service"},
    "package_name": {"type": "str", "choices": None, "default": "my_service"},
    "description": {"type": "str", "choices": None, "default": "A FastAPI service."},
    "database": {"type": "str", "choices": ["sqlite", "postgres"], "default": "sqlite"},
    "migrations": {
        "type": "str",
        "choices": ["alembic", "dbmate", "create_all"],
        "default": "alembic",
    },
    "auth": {"type": "str", "choices": ["jwt", "session", "api_key", "none"], "default": "jwt"},
    "features": {
        "type": "list of str",
        "choices": ["audit_log", "rate_limit", "metrics", "personal_api_keys"],
        "default": ["audit_log", "rate_limit", "metrics"],
    },
    "python_version": {
        "type": "str",
        "choices": ["3.11", "3.12", "3.13", "3.14"],
        "default": "3.11",
    },
}

OF_TESTS = {"package_name", "database"}
"""The questions for a service that exists."""


def test_questions_come_in_their_order() -> None:
    """A later question may use the answers of the earlier ones, and a person reads them so."""
    assert list(template.questions()) == list(CONTRACT)


@pytest.mark.parametrize("name", CONTRACT)
def test_type_choices_and_default_are_frozen(name: str, rendered: Render) -> None:
    """Types and choices as written, defaults as Copier works them out."""
    question = template.questions()[name]
    kind = f"list of {question['type']}" if question.get("multiselect") else question["type"]
    choices = list(template.choices(name).values()) or None
    default = rendered("defaults").answers[name]

    assert {"type": kind, "choices": choices, "default": default} == CONTRACT[name]


@pytest.mark.parametrize("scope", ["service", "tests"])
def test_questions_of_each_scope_are_frozen(scope: str, tmp_path: Path) -> None:
    """For the tests alone only what matters is asked, and remembered."""
    file = template.ANSWERS_FILE if scope == "service" else ".copier-answers.oneloop.yml"
    answers, folder = {"scope": scope}, tmp_path / "project"
    project = template.render(answers, folder, answers_file=file).path
    asked = set(template.remembered(project, file)) - {"_commit", "_src_path"}

    assert asked == (set(CONTRACT) if scope == "service" else {"scope", *OF_TESTS})


@pytest.mark.parametrize("name", CONTRACT)
def test_every_question_says_what_it_costs(name: str) -> None:
    """A help text for every question; the default choice says that it is the recommended one."""
    question = template.questions()[name]
    defaults = question["default"] if question.get("multiselect") else [question["default"]]

    assert len(question["help"].split()) >= 5
    for label, value in template.choices(name).items():
        assert ("(recommended" in label) == (value in defaults), label


@pytest.mark.parametrize(
    ("answers", "has_passwords", "has_api_keys"),
    [
        pytest.param({"auth": "none"}, False, False, id="none"),
        pytest.param({"auth": "api_key"}, False, True, id="api_key"),
        pytest.param({"auth": "jwt"}, True, False, id="jwt"),
        pytest.param({"auth": "session"}, True, False, id="session"),
        pytest.param(
            {"auth": "session", "features": ["personal_api_keys"]}, True, True, id="personal_keys"
        ),
    ],
)
def test_answers_that_follow_from_the_style_are_derived(
    answers: dict[str, Any], *, has_passwords: bool, has_api_keys: bool, tmp_path: Path
) -> None:
    """Nobody is asked what the other answers say already."""
    known = template.render({"features": [], **answers}, tmp_path / "project").answers

    assert (known["has_passwords"], known["has_api_keys"]) == (has_passwords, has_api_keys)


@pytest.mark.parametrize(
    ("project_name", "package_name", "project_slug"),
    [
        ("My Service", "my_service", "my-service"),
        ("billing", "billing", "billing"),
        ("A--B __ 2", "a_b_2", "a-b-2"),
        ("Trailing - ", "trailing", "trailing"),
    ],
)
def test_names_follow_from_the_project_name(
    project_name: str, package_name: str, project_slug: str, tmp_path: Path
) -> None:
    """One name is enough to start."""
    known = template.render({"project_name": project_name}, tmp_path / "project").answers

    assert (known["package_name"], known["project_slug"]) == (package_name, project_slug)
