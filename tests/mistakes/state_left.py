"""The state of the application, a setting, the environment and a listener are changed, and stay so.

Says: and left it: os.environ['LEFT'], app.state.draining, settings.slow_query_ms, a listener to
"""

import os
from typing import Any

from sqlalchemy import event


async def test_state_stays(service: Any) -> None:
    """Change what all tests share."""
    service.app.state.draining = True
    service.app.state.settings.__dict__["slow_query_ms"] = 1
    os.environ["LEFT"] = "1"
    event.listen(service.database.engine.sync_engine, "before_execute", lambda *_: None)
