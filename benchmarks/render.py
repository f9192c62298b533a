"""What rendering costs beside Copier's own cost: a template of one file, and one without Jinja.

CPU seconds of the process, medians of alternating runs. For each file Copier renders its path and
asks git about its permissions, so a template of hundreds of files costs several times what one of a
single file costs, whatever is in them. Bar: at most 1.5 times the same files without Jinja.

    uv run python -m benchmarks.render
"""

import statistics
import tempfile
from pathlib import Path

from benchmarks.service import cpu_seconds, verdict
from tests import template
from tests.updates.projects import commit_all, git

ROUNDS = 5
BAR = 1.5
ANSWERS_FILE = "{{ _copier_conf.answers_file }}.jinja"
COPIER = ["uv", "run", "--no-sync", "--project", str(template.ROOT), "copier"]


def released(folder: Path) -> Path:
    """Make a folder of files a template with one question and two releases; return it."""
    (folder / "copier.yml").write_text("name:\n  type: str\n  default: x\n", encoding="utf-8")
    (folder / ANSWERS_FILE).write_text("{{ _copier_answers|to_nice_yaml }}", encoding="utf-8")
    git(folder, "init", "--quiet")
    for version in ("v1", "v2"):
        commit_all(folder, "A release")
        git(folder, "tag", version)
    return folder


def smallest(folder: Path) -> Path:
    """Return a template of one file."""
    folder.mkdir()
    (folder / "README.md.jinja").write_text("{{ name }}\n", encoding="utf-8")
    return released(folder)


def plain(folder: Path) -> Path:
    """Return a template of the files that ours renders, without Jinja."""
    template.render({}, folder)
    (folder / template.ANSWERS_FILE).unlink()
    return released(folder)


def ours(folder: Path) -> Path:
    """Return a clone of this template, with two releases."""
    git(template.ROOT, "clone", "--quiet", ".", str(folder))
    git(folder, "tag", "v1")
    commit_all(folder, "A release")
    git(folder, "tag", "v2")
    return folder


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
            for title, source in templates.items():
                project = scratch / f"{source.name}-{number}"
                options = ("--defaults", "--quiet", "--vcs-ref")
                copy = [*COPIER, "copy", *options, "v1", str(source), str(project)]
                copied = cpu_seconds(copy, scratch)
                times.setdefault(("copy", title), []).append(copied)
                git(project, "init", "--quiet")
                commit_all(project, "Start")
                updated = cpu_seconds([*COPIER, "update", *options, "v2"], project)
                times.setdefault(("update", title), []).append(updated)
    medians = {key: statistics.median(values) for key, values in times.items()}
    for (action, title), seconds in medians.items():
        ratio = seconds / medians[action, "one file"]
        print(f"{action:8} {title:14} {seconds:5.2f} s  {ratio:5.2f}")
    verdict(medians["copy", "Oneloop"] <= BAR * medians["copy", "without Jinja"])


if __name__ == "__main__":
    main()
