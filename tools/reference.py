"""What the documentation takes from the code: the pages of docs/reference, and parts of others.

    uv run python -m tools.reference    # writes them again

tests/test_docs.py compares them with the code.
"""

import re
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests import template
from tests.template import Answers, Rendered
from tools import declarations

DOCS = template.ROOT / "docs"
RECIPES = template.ROOT / "tests" / "recipes"
NOTE = "<!-- Made by `uv run python -m tools.reference`; do not edit. -->\n\n"
MARKED = "<!-- {0}: made by `uv run python -m tools.reference` -->\n"
Render = Callable[[str], Rendered]


def _is_chosen(question: str, value: str, answers: Answers) -> bool:
    """Return whether a value is the answer to a question, or one of them."""
    return (
        value in answers[question]
        if isinstance(answers[question], list)
        else value == answers[question]
    )


# Enough of them to tell the conditions below apart.
PROJECTS = [
    *template.ONE_OF_EACH_STYLE,
    "everything",
    "postgres-alembic-api_key",
    "sqlite-alembic-session",
    "sqlite-dbmate-none",
]

# A project has a setting if all projects with this answer have it, and no other one.
CONDITIONS: dict[str, Callable[[Answers], bool]] = {
    "always": lambda answers: True,
    **{
        f"`{question}: {value}`": partial(_is_chosen, question, value)
        for question in ("database", "migrations", "auth", "features")
        for value in template.choices(question).values()
    },
    "`auth` is not `none`": lambda answers: answers["auth"] != "none",
    "a login with passwords": lambda answers: bool(answers["has_passwords"]),
    "API keys": lambda answers: bool(answers["has_api_keys"]),
    "a login with passwords, or `rate_limit`": lambda answers: (
        bool(answers["has_passwords"]) or "rate_limit" in answers["features"]
    ),
}


def texts(rendered: Render) -> dict[Path, str]:
    """Return what each file should be, by its path."""
    projects = [rendered(name) for name in PROJECTS]
    pages = {
        "reference/questions.md": _questions(),
        "reference/settings.md": _settings(projects),
        "reference/fixtures.md": _fixtures(projects),
        "reference/commands.md": _commands(projects),
        "reference/errors.md": _errors(projects),
        "recipes.md": _recipes(),
    }
    made = {DOCS / name: text for name, text in pages.items()}
    readme = template.ROOT / "README.md"
    made[readme] = marked(readme.read_text(encoding="utf-8"), "choices", _choices())
    return made


def marked(text: str, name: str, new: str) -> str:
    """Replace what stands between two marks."""
    begin, end = MARKED.format(name), f"<!-- end of {name} -->"
    before, found, rest = text.partition(begin)
    assert found, f"no mark {begin}"
    return f"{before}{begin}\n{new}\n{end}{rest.partition(end)[2]}"


def _choices() -> str:
    """Return the table of the choices, for README.md: what each one costs is in its label."""
    rows = ["| | choices, the recommended ones first |", "|---|---|"]
    for name in ("database", "migrations", "auth", "features", "python_version"):
        chosen = [
            (f"`{value}`: {_cost(label, value)}" if _cost(label, value) else f"`{value}`")
            for label, value in template.choices(name).items()
        ]
        between = "<br>" if any(": " in each for each in chosen) else ", "
        rows.append(f"| `{name}` | {between.join(chosen)} |")
    return "\n".join(rows) + "\n"


def _cost(label: str, value: str) -> str:
    """Return what a choice means, without its name and its mark as the recommended one."""
    plain = re.sub(r" \(recommended[^)]*\)", "", label)
    name, _, rest = plain.partition(": ")
    return rest if name.lower().replace(" ", "_") == value else plain


def _questions() -> str:
    """Return the page of the questions."""
    text = f"""# Questions

{NOTE}In the order in which they are asked. Names, types, values and defaults are a contract: they stay, so that an update
never turns an answer into another one. [Choosing](../choosing.md) says which answer is for whom.

"""
    for name, question in template.questions().items():
        text += f"## {name}\n\n{' '.join(str(question['help']).split())}\n\n"
        labels = template.choices(name)
        if labels:
            default = question["default"]
            chosen = default if isinstance(default, list) else [default]
            several = ", any of" if question.get("multiselect") else ", one of"
            text += f"A choice{several}:\n\n| value | what it is | default |\n|---|---|---|\n"
            for label, value in labels.items():
                text += (
                    f"| `{value}` | {_cost(label, value)} | {'yes' if value in chosen else ''} |\n"
                )
            if isinstance(default, list):
                text += f"\nOn the command line in brackets: `-d '{name}=[{chosen[0]}]'`, or `-d '{name}=[]'`.\n"
            text += "\n"
        else:
            default = question["default"] if "{" not in question["default"] else ""
            text += f"Text. Default: {f'`{default}`' if default else 'from the other answers'}.\n\n"
    return text.rstrip() + "\n"


def _settings(projects: list[Rendered]) -> str:
    """Return the page of the settings, which .env.example of each project lists."""
    where: dict[str, list[Rendered]] = {}
    first: dict[str, tuple[str, str]] = {}
    for project in projects:
        example = (project.path / ".env.example").read_text(encoding="utf-8")
        for name, default, comment in declarations.settings(example):
            where.setdefault(name, []).append(project)
            first.setdefault(name, (default, comment))
    rows = [
        f"| `{name}` | {f'`{default}`' if default else ''} | {comment} | {_when(where[name], projects)} |"
        for name, (default, comment) in first.items()
    ]
    return f"""# Settings

{NOTE}Settings are environment variables, or lines of `.env` in the folder of the service. `my-service doctor` shows their
values without secrets. All that are missing or wrong are named at once when the service starts. [Running](../running.md)
explains those for production. In `.env.example` of a project are those that it has.

| variable | default | what it is | in projects with |
|---|---|---|---|
{chr(10).join(rows)}
"""


def _when(having: list[Rendered], projects: list[Rendered]) -> str:
    """Return in words which projects have something."""
    for words, condition in CONDITIONS.items():
        if having == [project for project in projects if condition(project.answers)]:
            return words
    return "some answers"


def _fixtures(projects: list[Rendered]) -> str:
    """Return the page of the fixtures."""
    text = f"""# Fixtures

{NOTE}`uv run pytest --fixtures tests` lists those of a project. [Testing](../testing.md) says which one is for which test.

"""
    for title, names in {
        "Of every service": ("tests/kit/fixtures.py",),
        "That know the service": ("tests/conftest.py", "tests/integration/conftest.py"),
    }.items():
        found: dict[str, tuple[str, list[Rendered]]] = {}
        for project in projects:
            for path in (project.path / name for name in names):
                for name, words in declarations.fixtures(path):
                    found.setdefault(name, (words, []))[1].append(project)
        text += f"## {title}\n\n| fixture | what it is | in projects with |\n|---|---|---|\n"
        for name, (words, having) in found.items():
            text += f"| `{name}` | {words} | {_when(having, projects)} |\n"
        text += "\n"
    return text.rstrip() + "\n"


def _commands(projects: list[Rendered]) -> str:
    """Return the page of the commands."""
    found: dict[str, tuple[str, str, list[Rendered]]] = {}
    for project in projects:
        for path in sorted(project.package.rglob("cli*.py")):
            for name, options, words in declarations.commands(path):
                entry = found.setdefault(name, (options, words, []))
                entry[2].append(project)
                if len(options) > len(entry[0]):
                    found[name] = (options, *entry[1:])
    rows = [
        f"| `{name}` | {options} | {words} | {_when(having, projects)} |"
        for name, (options, words, having) in found.items()
    ]
    return f"""# Commands

{NOTE}A project's command is its name with dashes: `uv run my-service COMMAND`. `--help` says more. An error ends in one line
and exit code 1.

| command | options | what it does | in projects with |
|---|---|---|---|
{chr(10).join(rows)}
"""


def _errors(projects: list[Rendered]) -> str:
    """Return the page of the errors."""
    found: dict[str, tuple[int, str, str]] = {}
    for project in projects:
        for name, status, words, detail in declarations.errors(project.package / "core/errors.py"):
            found.setdefault(name, (status, words, detail))
    rows = [
        f"| {status} | `{name}` | {words} | {detail} |"
        for name, (status, words, detail) in sorted(found.items(), key=lambda item: item[1][0])
    ]
    return f"""# Errors

{NOTE}Every error is `application/problem+json` ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)): `type`, `title`,
`status`, `detail`, and the `request_id` that the log has, too. A service raises the classes of `core/errors.py`:

| status | class | when | its `detail`, where none is given |
|---|---|---|---|
{chr(10).join(rows)}

What the database refuses is on the page [Requests, lists and errors](../requests.md#errors-of-the-database).
"""


def _recipes() -> str:
    """Return the page of the recipes: each is a module of tests, which a rendered service passes."""
    text = f"""# Recipes

{NOTE}Each block is a whole file for `tests/` of a service with the default answers. The tests of Oneloop run them.

"""
    for path in sorted(RECIPES.glob("*.py")):
        _, docstring, code = path.read_text(encoding="utf-8").split('"""', 2)
        title, _, words = docstring.partition("\n\n")
        text += f"## {title}\n\n{words.strip()}\n\n```python\n{code.strip()}\n```\n\n"
    return text.rstrip() + "\n"


def main() -> None:
    """Write all of it."""
    with tempfile.TemporaryDirectory() as folder:

        def rendered(name: str) -> Rendered:
            return template.render(template.answers_of(name), Path(folder) / name)

        for path, text in texts(rendered).items():
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
