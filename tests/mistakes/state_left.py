"""The state of the application, a setting, the environment and a listener are changed, and stay so.

Says: and left it: os.environ['LEFT'], app.state.answer, the state Clock in 'app', Settings
"""

import os
from typing import Any

from my_service.core.clock import Clock
from my_service.settings import Settings
from sqlalchemy import event


async def test_state_stays(service: Any) -> None:
    """Change what all tests share."""
    service.app.state.answer = 42
    state = service.state["app"]
    state[Clock] = Clock()
    vars(state[Settings])["slow_query_ms"] = 1
    os.environ["LEFT"] = "1"
    event.listen(service.database.engine.sync_engine, "before_execute", lambda *_: None)
