"""What an endpoint can ask for that belongs to no package."""

from typing import Annotated

from fastapi import Depends

from .core.state import from_state
from .settings import Settings

SettingsDep = Annotated[Settings, Depends(from_state(Settings))]
