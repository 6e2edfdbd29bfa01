"""The limit of API requests per minute and key."""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque

from service.errors import TooManyRequests

_WINDOW_SECONDS = 60.0


class RateLimit:
    """Counts each caller's requests of the last minute. Only known callers are counted, which bounds the memory."""

    def __init__(self, requests_per_minute: int) -> None:
        self._most = requests_per_minute
        self._request_times: dict[str, deque[float]] = defaultdict(deque)

    def count(self, caller: str) -> None:
        """Count a request.

        Raises:
            TooManyRequests: the caller reached the limit; a refused request isn't counted.
        """
        now, times = time.monotonic(), self._request_times[caller]
        while times and times[0] <= now - _WINDOW_SECONDS:
            times.popleft()
        if len(times) >= self._most:
            raise TooManyRequests(self._most, math.ceil(times[0] + _WINDOW_SECONDS - now))
        times.append(now)
