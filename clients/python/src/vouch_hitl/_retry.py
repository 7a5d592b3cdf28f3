"""When a request is made again, and after how long."""

from __future__ import annotations

import random
import time
from email.utils import parsedate_to_datetime

import httpx

#: The answers of a server that has not begun: half a request, too many of them, no place for one.
NOT_DONE = (408, 429, 503)
#: The first pause, in seconds; each further one is twice as long.
FIRST_PAUSE_S = 0.5
#: The longest pause of our own choice.
LONGEST_PAUSE_S = 8.0
#: The longest pause that a server may ask for; more than that, and we give up at once.
LONGEST_RETRY_AFTER_S = 60.0


class Attempts:
    """Counts the attempts of one call."""

    def __init__(self, max_retries: int, *, repeatable: bool) -> None:
        self._left = max_retries
        self._repeatable = repeatable
        self._pause_s = FIRST_PAUSE_S

    def after_response(self, response: httpx.Response) -> float | None:
        """How many seconds to wait before the next attempt; `None` to give up."""
        status = response.status_code
        if not (status in NOT_DONE or (self._repeatable and status >= 500)):
            return None
        asked_s = retry_after_s(response.headers.get("retry-after"))
        if asked_s is not None and asked_s > LONGEST_RETRY_AFTER_S:
            return None
        return self._next(asked_s or 0.0)

    def after_error(self, error: httpx.TransportError) -> float | None:
        """How many seconds to wait before the next attempt; `None` to give up."""
        if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError):
            return None
        began = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
        if began and not self._repeatable:
            return None
        return self._next(0.0)

    def _next(self, at_least_s: float) -> float | None:
        if self._left <= 0:
            return None
        self._left -= 1
        # Jitter, so that clients which failed together do not come back together.
        pause_s = self._pause_s * random.uniform(0.5, 1.0)
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        return max(pause_s, at_least_s)


def retry_after_s(header: str | None) -> float | None:
    """The header `Retry-After` in seconds from now: it holds seconds or a date."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except ValueError:
        return None
