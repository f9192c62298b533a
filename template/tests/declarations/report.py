"""How the checks of this folder fail."""

import pytest


def fail_with(sentences: list[str]) -> None:
    """Fail, and show every sentence at once."""
    if sentences:
        text = "\n\n".join(f"{number}. {text}" for number, text in enumerate(sentences, 1))
        page = "docs/adding-a-resource.md shows each step."
        pytest.fail(f"To do ({len(sentences)}):\n\n{text}\n\n{page}", pytrace=False)
