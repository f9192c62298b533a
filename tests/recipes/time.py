"""Time that passes

`frozen_clock` stops the clock of the service, and moves it. No test sleeps.
"""

from datetime import timedelta


async def test_login_ends(client_as, frozen_clock):
    writer = client_as("writer")
    assert (await writer.get("/api/v1/users/me")).status_code == 200

    frozen_clock.move(timedelta(minutes=16))

    assert (await writer.get("/api/v1/users/me")).status_code == 401
