"""The table of updates at the end of a run: from, to, edits, result."""

from collections.abc import Iterable

import pytest

HEAD = ("answers", "from", "to", "edits of the team", "result")


def table(reports: Iterable[pytest.TestReport]) -> list[str]:
    """Return the lines of the table; none if no project was updated."""
    rows = [
        [*value, "" if report.passed else "FAILED"]
        for report in reports
        for name, value in report.user_properties
        if name == "update" and isinstance(value, tuple | list)
    ]
    if not rows:
        return []
    rows = [[*HEAD, ""], *sorted(rows)]
    widths = [max(len(str(row[column])) for row in rows) for column in range(len(HEAD) + 1)]
    return [
        "  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
