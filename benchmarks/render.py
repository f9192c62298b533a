"""What rendering costs beside Copier's own cost: a template of one file, and one without Jinja.

CPU seconds of the process, medians of alternating runs. For each file Copier renders its path and
asks git about its permissions, so a template of hundreds of files costs several times what one of a
single file costs, whatever is in them. Bar: at most 1.5 times the same files without Jinja.

    uv run python -m benchmarks.render
"""

import resource
import statistics
import tempfile
from pathlib import Path

from benchmarks.service import verdict
from tests.shell import run
from tests.template import ROOT, render

ROUNDS = 5
BAR = 1.5
ONE_FILE = {"copier.yml": "name:\n  type: str\n  default: x\n", "README.md.jinja": "{{ name }}\n"}
ANSWERS_FILE = "{{ _copier_conf.answers_file }}.jinja"
COPIER = ["uv", "run", "--no-sync", "--project", str(ROOT), "copier"]


def git(folder: Path, *words: str) -> None:
    """Run git as somebody."""
    person = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    run(["git", *person, *words], folder=folder).check()


def commit_all(folder: Path, *tags: str) -> None:
    """Commit everything, and tag it."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "A release")
    for tag in tags:
        git(folder, "tag", tag)


def smallest(folder: Path) -> Path:
    """Return a template of one file, with two releases."""
    folder.mkdir()
    git(folder, "init", "--quiet")
    for name, text in ONE_FILE.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / ANSWERS_FILE).write_text("{{ _copier_answers|to_nice_yaml }}", encoding="utf-8")
    commit_all(folder, "v1")
    commit_all(folder, "v2")
    return folder


def plain(folder: Path) -> Path:
    """Return a template of the files that ours renders, without Jinja, with two releases."""
    render({}, folder)
    (folder / "copier.yml").write_text("name:\n  type: str\n  default: x\n", encoding="utf-8")
    (folder / ".copier-answers.yml").unlink()
    (folder / ANSWERS_FILE).write_text("{{ _copier_answers|to_nice_yaml }}", encoding="utf-8")
    git(folder, "init", "--quiet")
    commit_all(folder, "v1")
    commit_all(folder, "v2")
    return folder


def ours(folder: Path) -> Path:
    """Return a clone of this template, with two releases."""
    run(["git", "clone", "--quiet", str(ROOT), str(folder)], folder=ROOT).check()
    git(folder, "tag", "v1")
    commit_all(folder, "v2")
    return folder


def cpu_seconds(folder: Path, *words: str) -> float:
    """Return what one run of Copier takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run([*COPIER, *words], folder=folder).check()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def main() -> None:
    """Print the table; end with 1 where the bar is missed."""
    with tempfile.TemporaryDirectory(prefix="oneloop-render-") as name:
        scratch = Path(name)
        templates = {
            "one file": smallest(scratch / "small"),
            "without Jinja": plain(scratch / "plain"),
            "Oneloop": ours(scratch / "ours"),
        }
        times: dict[tuple[str, str], list[float]] = {}
        for number in range(ROUNDS):
            for title, template in templates.items():
                project = scratch / f"{template.name}-{number}"
                options = ("--defaults", "--quiet", "--vcs-ref")
                copied = cpu_seconds(scratch, "copy", *options, "v1", str(template), str(project))
                times.setdefault(("copy", title), []).append(copied)
                git(project, "init", "--quiet")
                commit_all(project)
                updated = cpu_seconds(project, "update", *options, "v2")
                times.setdefault(("update", title), []).append(updated)
    medians = {key: statistics.median(values) for key, values in times.items()}
    for (action, title), seconds in medians.items():
        ratio = seconds / medians[action, "one file"]
        print(f"{action:8} {title:14} {seconds:5.2f} s  {ratio:5.2f}")
    verdict(medians["copy", "Oneloop"] <= BAR * medians["copy", "without Jinja"])


if __name__ == "__main__":
    main()
