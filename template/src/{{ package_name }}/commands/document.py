"""`openapi`."""

import json

import typer

from ..main import create_app
from .context import command_settings


def openapi() -> None:
    """Print the OpenAPI document."""
    with command_settings() as settings:
        document = create_app(settings).openapi()
    typer.echo(json.dumps(document, indent=2))
