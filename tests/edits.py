"""Edits of rendered files: they fit exactly once, or fail."""

import re
from dataclasses import dataclass
from textwrap import indent


@dataclass(frozen=True)
class Edit:
    """A text in a file, to be found exactly once, and what takes its place.

    A text that ends with a newline is whole lines, wherever they are indented; else a part of one.
    The empty text is the end of the file.
    """

    file: str
    find: str
    replace: str = ""

    def apply(self, text: str) -> str:
        """Return the text with the edit made. Raise `ValueError` unless it fits exactly once."""
        if not self.find:
            return text + self.replace
        matches = list(self._pattern().finditer(text))
        if len(matches) != 1:
            raise ValueError(f"{self.file} holds this {len(matches)} times, not once:\n{self.find}")
        (match,) = matches
        new = self.replace
        if self.find.endswith("\n"):
            new = indent(new, match["indent"])
        return text[: match.start()] + new + text[match.end() :]

    def _pattern(self) -> re.Pattern[str]:
        if not self.find.endswith("\n"):
            return re.compile(re.escape(self.find))
        first, *rest = self.find.splitlines()
        others = (f"(?P=indent){re.escape(line)}\n" if line else "\n" for line in rest)
        whole = f"^(?P<indent> *){re.escape(first)}\n{''.join(others)}"
        return re.compile(whole, re.MULTILINE)
