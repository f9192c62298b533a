"""A second domain, laid over a rendered project as a team would add it.

`bookings/` is a small tree of its own, rendered with the answers of the project:

    everywhere/     the packages, their tests, what a team adds in every project
    alembic/        the revisions
    dbmate-*/       the same as SQL, for each database; with create_all there is no history
    with_auth/      tests of who may do what
    edits.yml       the lines that change in files which the template has rendered

`bugs.yml` holds bugs in it that its own tests have to notice.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
import yaml

from tests import template
from tests.edits import Edit
from tests.template import Rendered

HERE = Path(__file__).parent / "bookings"
BUGS = Path(__file__).with_name("bugs.yml")
SUFFIX = ".jinja"


def lay(project: Rendered, domain: Path = HERE) -> None:
    """Lay the second domain over a rendered project, or another one that is written like it.

    Raise `ValueError` where a line that is to be edited is not there, or there twice, and
    `FileExistsError` where the template has rendered a file of that name.
    """
    for path, text in new_files(project, domain):
        if path.exists():
            raise FileExistsError(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for edit in edits(project, domain):
        path = project.path / edit.file
        path.write_text(edit.apply(path.read_text(encoding="utf-8")), encoding="utf-8")


def new_files(project: Rendered, domain: Path = HERE) -> Iterator[tuple[Path, str]]:
    """Return the files that the domain adds to a project, with their texts."""
    for part in _parts(project):
        for source in sorted((domain / part).rglob("*")):
            if source.is_file() and "__pycache__" not in source.parts:
                name = _render(source.relative_to(domain / part).as_posix(), project)
                text = source.read_text(encoding="utf-8")
                if name.endswith(SUFFIX):
                    name, text = name.removesuffix(SUFFIX), _render(text, project)
                yield project.path / name, text


def edits(project: Rendered, domain: Path = HERE) -> list[Edit]:
    """Return the edits of files that the template has rendered."""
    text = (domain / "edits.yml.jinja").read_text(encoding="utf-8")
    entries: list[dict[str, str]] = yaml.safe_load(_render(text, project))
    return [Edit(**entry) for entry in entries]


def _parts(project: Rendered) -> Iterator[str]:
    yield "everywhere"
    if project.answers["migrations"] == "alembic":
        yield "alembic"
    if project.answers["migrations"] == "dbmate":
        yield f"dbmate-{project.answers['database']}"
    if project.answers["auth"] != "none":
        yield "with_auth"


def _render(text: str, project: Rendered) -> str:
    """Render a text as Copier does."""
    options: dict[str, Any] = template.settings()["_envops"] | {"undefined": jinja2.StrictUndefined}
    return jinja2.Environment(autoescape=False, **options).from_string(text).render(project.answers)
