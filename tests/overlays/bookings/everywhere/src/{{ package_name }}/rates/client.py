"""Asks for exchange rates, and keeps them for a while."""

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated

import structlog
from httpx2 import AsyncClient, HTTPError
from pydantic import BaseModel, Field, ValidationError

from ..core.clock import Clock
from ..core.errors import Unavailable, Unprocessable
from ..settings import Settings

log = structlog.get_logger(__name__)


class RateTable(BaseModel):
    """What the other service answers: units of each currency for one unit of ours."""

    rates: dict[str, Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]]


class Rates:
    """Exchange rates from our currency into others, kept in this process for a while."""

    def __init__(self, http: AsyncClient, settings: Settings, clock: Clock) -> None:
        self._http = http
        self._url = settings.rates_url
        self._own = settings.currency
        self._kept = timedelta(seconds=settings.rates_seconds)
        self._clock = clock
        self._asking = asyncio.Lock()
        self._table = RateTable(rates={})
        self._asked_at: datetime | None = None

    async def rate(self, currency: str) -> Decimal:
        """Return what one unit of our currency is worth.

        Raise `Unprocessable` for a currency without a rate, and `Unavailable` where the other
        service does not answer.
        """
        if currency == self._own:
            return Decimal(1)
        async with self._asking:  # who comes second waits, and need not ask any more
            now = self._clock.now()
            if self._asked_at is None or now - self._asked_at >= self._kept:
                self._table = await self._ask()
                self._asked_at = now
        if currency not in self._table.rates:
            raise Unprocessable(f"There is no rate for {currency}.")
        return self._table.rates[currency]

    async def _ask(self) -> RateTable:
        if self._url is None:
            return RateTable(rates={})
        try:
            response = await self._http.get(str(self._url), params={"base": self._own})
            response.raise_for_status()
            return RateTable.model_validate_json(response.content)
        except (HTTPError, ValidationError) as error:
            log.warning("rates.unavailable", error=type(error).__name__)
            raise Unavailable("The exchange rates cannot be read now.", retry_after=30) from None
