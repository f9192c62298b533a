"""What the API router asks for before each request."""

from fastapi import Request, Response

from ..core.errors import TooManyRequests
from .limiter import RateLimiter


async def enforce_rate_limit(request: Request, response: Response) -> None:
    """Count the request. Raises `TooManyRequests` where the caller has sent too many."""
    limiter: RateLimiter = request.state.rate_limiter
    if not limiter.enabled:
        return
    quota = await limiter.hit(_caller(request))
    headers = {
        "RateLimit-Limit": str(quota.limit),
        "RateLimit-Remaining": str(quota.remaining),
        "RateLimit-Reset": str(quota.reset),
    }
    if not quota.allowed:
        raise TooManyRequests(quota.reset, headers=headers)
    response.headers.update(headers)


def _caller(request: Request) -> str:
    """Name the caller by its address: known before anything is asked of the database."""
    return request.client.host if request.client else "unknown"
