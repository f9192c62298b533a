"""A project under Git, and what a person types in it: without --trust, and not at a terminal."""

from pathlib import Path

import yaml

from tests import template
from tests.shell import OWN_COMMANDS, run
from tests.template import Answers

CONFLICT = "<<<<<<<"


def copy(source: Path, answers: Answers, project: Path, *options: str) -> Path:
    """Start a project, and put it under Git as the message after the copy says."""
    copier("copy", *given(answers, project), *options, source, project)
    git(project, "init", "--quiet")
    commit_all(project, "Start from Oneloop")
    return project


def update(project: Path, *options: str) -> str:
    """Bring a project up to date; what that did is left to be looked at and committed."""
    return copier("update", *options, project)


def copier(command: str, *words: str | Path) -> str:
    """Run a command of Copier with the answers that are given or remembered."""
    program = OWN_COMMANDS / "copier"
    return run([program, command, "--defaults", *words], folder=template.ROOT).check()


def given(answers: Answers, project: Path) -> list[str]:
    """Return the answers to the questions as an option of Copier."""
    file = project.with_suffix(".yml")
    asked = template.questions().keys() & answers.keys()
    file.write_text(yaml.safe_dump({name: answers[name] for name in asked}), encoding="utf-8")
    return [f"--data-file={file}"]


def conflicts(project: Path) -> list[str]:
    """Name the files with markers of a conflict, and those that Copier could not merge."""
    changed = git(project, "ls-files", "--modified", "--others", "--exclude-standard").split()
    return [
        name
        for name in dict.fromkeys(changed)
        if name.endswith(".rej")
        or ((project / name).exists() and CONFLICT in (project / name).read_text(encoding="utf-8"))
    ]


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that is in the file, once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def commit_all(folder: Path, message: str) -> None:
    """Commit everything that is there."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", f"--message={message}")


def git(folder: Path, *words: str) -> str:
    """Run Git as nobody in particular: a machine for tests knows no name."""
    name = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org")
    return run(["git", *name, *words], folder=folder).check()
