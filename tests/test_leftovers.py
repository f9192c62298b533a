"""An option that was not chosen leaves nothing behind: no file, dependency, word or test."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests import template
from tests.template import ANSWERS_FILE, Answers, Rendered

NOT_SEARCHED = (
    ANSWERS_FILE,
    "common_passwords.txt",
    # Logs hide secrets of every kind, because the text may come from any library.
    "core/logging.py",
    "unit/test_logging.py",
    "audit/values.py",
    # The address of a server carries a login of its own.
    "core/addresses.py",
    "core/redis_address.py",
    "unit/test_addresses.py",
    "unit/test_postgres_address.py",
    # Callers are told apart by every header that may hold a credential, known or not.
    "core/callers.py",
    "unit/test_backpressure.py",
    "unit/test_callers.py",
    # FastAPI reads the cookies of every request.
    "core/cookies.py",
    "unit/test_cookies.py",
    # A service on Postgres takes the rows of one on SQLite.
    "commands/import_sqlite.py",
    "live/test_import_sqlite.py",
    # These look for what is not there: in the suites of others, in the service, in its document.
    "routing/test_public.py",
    "contract/examination.py",
    "contract/test_schema.py",
)
KIT = "tests/kit/"  # the same in every project; tests/kit/test_folder.py searches it


@dataclass(frozen=True)
class Trace:
    """What would betray an option where nobody chose it: a pattern for paths and for lines."""

    option: str
    unwanted: Callable[[Answers], bool]
    pattern: str
    legitimate: str = r"(?!)"  # what may stand there all the same; as it is, nothing

    def found_in(self, project: Rendered) -> list[str]:
        """List each path and each line that names the option."""
        word, allowed = re.compile(self.pattern, re.IGNORECASE), re.compile(self.legitimate)
        found = []
        for path, text in project.texts():
            if path.endswith(NOT_SEARCHED) or path.startswith(KIT):
                continue
            if word.search(path):
                found.append(path)
            found += [
                f"{path}:{number}: {line.strip()}"
                for number, line in enumerate(text.splitlines(), start=1)
                if word.search(allowed.sub("", line))
            ]
        return found


def _not(question: str, *values: str) -> Callable[[Answers], bool]:
    return lambda answers: answers[question] not in values


def _without(feature: str) -> Callable[[Answers], bool]:
    return lambda answers: feature not in answers["features"]


TRACES = [
    Trace(
        "sqlite",
        _not("database", "sqlite"),
        r"sqlite",
        # Rows are made for any dialect of SQLAlchemy, and those of a file can be imported.
        r"dialect\.name == \"sqlite\"|import[-_]sqlite|of a SQLite database",
    ),
    Trace("postgres", _not("database", "postgres"), r"postgres|asyncpg|pgserver|psycopg|\bpg_"),
    Trace("alembic", _not("migrations", "alembic"), r"alembic|\.mako"),
    Trace("dbmate", _not("migrations", "dbmate"), r"dbmate|\.sql\b"),
    # SQLAlchemy's own create_all makes the schema that the migrations are compared with.
    Trace(
        "create_all", _not("migrations", "create_all"), r"create_all", r"(?i)metadata\.create_all"
    ),
    Trace("history", _not("migrations", "alembic", "dbmate"), r"^migrations/|\bdowngrade\b"),
    Trace("jwt", _not("auth", "jwt"), r"jwt|refresh_?token|access_?token|token_version"),
    # Every HTTP client has cookies.
    Trace("session", _not("auth", "session"), r"cookie|csrf|auth/sessions?\b", r"\bcookies\b"),
    # The command; the operation is there for personal keys, too.
    Trace(
        "api_key", _not("auth", "api_key"), r"create[-_]api[-_]key", r"async def create_api_key\("
    ),
    Trace("personal_api_keys", lambda known: not known["has_api_keys"], r"api[-_ ]?keys?\b"),
    Trace(
        "passwords",
        lambda known: not known["has_passwords"],
        r"argon2|pwdlib|\bpasswords?\b|password_hash",
        # Those of others, which no answer and no log may show; and one in the URL of a database.
        r"passwords too|the password is|password=hunter2|user:password@|url\.password"
        r"|\"password\"|S105.*",
    ),
    Trace("login", lambda known: not known["has_passwords"], r"\blog ?in\b|secret_key"),
    Trace(
        "roles",
        lambda known: known["auth"] == "none",
        r"\bprincipal\b|RequireRole|\badmins\b|administrator|\beditors?\b|Unauthorized|\b401\b",
    ),
    Trace("audit_log", _without("audit_log"), r"audit[-_ ]?log|audit/|\.audit\b"),
    # The name is also that of a class of the library `limits`, which counts failed logins.
    Trace("rate_limit", _without("rate_limit"), r"rate[-_ ]?limit", r"RateLimitItem"),
    Trace(
        "counters",
        lambda known: "rate_limit" not in known["features"] and not known["has_passwords"],
        r"redis|\blimits\b>=|TooManyRequests|\b429\b",
    ),
    Trace("metrics", _without("metrics"), r"metrics|prometheus"),
]


@pytest.mark.parametrize("name", template.answer_sets())
def test_nothing_is_left_of_what_was_not_chosen(
    name: str, rendered: Callable[[str], Rendered]
) -> None:
    """No path and no line names an option that is not there."""
    project = rendered(name)
    left = {
        trace.option: trace.found_in(project) for trace in TRACES if trace.unwanted(project.answers)
    }

    assert {option: places for option, places in left.items() if places} == {}


@pytest.mark.parametrize("name", template.answer_sets())
def test_the_search_finds_what_was_chosen(name: str, rendered: Callable[[str], Rendered]) -> None:
    """A pattern that matches nothing would prove nothing."""
    project = rendered(name)
    chosen = [trace for trace in TRACES if not trace.unwanted(project.answers)]

    assert [trace.option for trace in chosen if not trace.found_in(project)] == []


@pytest.mark.parametrize("question", ["database", "migrations", "auth", "features"])
def test_every_option_has_a_trace(question: str) -> None:
    """An option that is new in the questionnaire fails here until its trace is listed."""
    options = set(template.choices(question).values()) - {"none"}

    assert options <= {trace.option for trace in TRACES}
