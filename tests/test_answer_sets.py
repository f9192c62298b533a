"""The answer sets: together they try every option, and every two options at once."""

import itertools
from collections.abc import Callable
from typing import Any

import yaml

from tests import pythons, template
from tests.template import Answers, Rendered

Render = Callable[[str], Rendered]

FACTORS = ("database", "migrations", "auth", *template.choices("features").values())


def test_every_database_meets_every_strategy_and_every_style(rendered: Render) -> None:
    """Twenty-four sets, named for what they answer."""
    choices = [template.choices(name).values() for name in ("database", "migrations", "auth")]
    expected = {"-".join(combination): combination for combination in itertools.product(*choices)}
    answered = {
        name: tuple(rendered(name).answers[key] for key in ("database", "migrations", "auth"))
        for name in template.answer_sets()
        if name not in {"defaults", "everything"}
    }

    assert len(expected) == 24
    assert answered == expected


def test_every_two_answers_occur_together(rendered: Render) -> None:
    """Any two options that may be chosen together are, in at least one answer set."""
    seen = {
        pair
        for name in template.answer_sets()
        for pair in itertools.combinations(_levels(rendered(name).answers).items(), 2)
    }
    possible: dict[str, list[Any]] = {
        key: list(template.choices(key).values()) if key in template.questions() else [False, True]
        for key in FACTORS
    }
    missing = [
        ((one, left), (two, right))
        for one, two in itertools.combinations(FACTORS, 2)
        for left, right in itertools.product(possible[one], possible[two])
        if ((one, left), (two, right)) not in seen
    ]

    assert missing == [
        (("auth", style), ("personal_api_keys", True)) for style in ("api_key", "none")
    ]


def test_no_two_answer_sets_are_the_same(rendered: Render) -> None:
    """A second service with the same answers would prove nothing."""
    levels = [tuple(_levels(rendered(name).answers).items()) for name in template.answer_sets()]

    assert len(set(levels)) == len(levels)


def test_the_sets_at_both_ends(rendered: Render) -> None:
    """`defaults` answers nothing; `everything` has every feature."""
    features = template.choices("features").values()

    assert template.answers_of("defaults") == {}
    assert rendered("everything").answers["features"] == list(features)


def test_ci_runs_every_answer_set_and_every_python() -> None:
    """The matrix of the workflow is the folder of answer sets, and the question about Python."""
    path = template.ROOT / ".github" / "workflows" / "ci.yml"
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]

    assert jobs["answers"]["strategy"]["matrix"]["answers"] == template.answer_sets()
    versions = list(template.choices("python_version").values())
    assert jobs["pythons"]["strategy"]["matrix"]["python"] == versions


def test_this_python_is_found() -> None:
    """The Python that runs this is among those that a rendered service would be tried on."""
    assert pythons.CURRENT in pythons.installed()


def _levels(answers: Answers) -> dict[str, Any]:
    """Return one level per factor: each feature counts as on or off."""
    return {key: answers.get(key, key in answers["features"]) for key in FACTORS}
