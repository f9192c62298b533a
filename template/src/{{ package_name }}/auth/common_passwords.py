"""The passwords that everybody tries first."""

from pathlib import Path

# Read at import: a millisecond once, instead of in the event loop.
COMMON_PASSWORDS = frozenset(
    Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split()
)
