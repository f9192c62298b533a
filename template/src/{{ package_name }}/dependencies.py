"""Dependencies that belong to no package."""

from typing import Annotated

from fastapi import Depends

from .core.state import from_state
from .settings import Settings

SettingsDep = Annotated[Settings, Depends(from_state(Settings))]
