"""How often somebody may knock, over the `limits` library. One server's memory, no more."""

import time

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter, SlidingWindowCounterRateLimiter

from farm.web.settings import WebSettings


class TooOften(Exception):
    """Somebody asked more often than allowed; `seconds` until it makes sense again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"try again in {seconds} s")
        self.seconds = seconds


class Rates:
    """The limits of one server."""

    def __init__(self, settings: WebSettings) -> None:
        storage = MemoryStorage()
        # Exact where few count, cheap where many do.
        self._exact = MovingWindowRateLimiter(storage)
        self._counter = SlidingWindowCounterRateLimiter(storage)
        self._sign_ins = parse(settings.sign_ins)
        self._sign_ins_address = parse(settings.sign_ins_address)
        self._requests = parse(settings.requests)
        self._api = parse(settings.api_requests)
        self._uploads = parse(settings.uploads_each)

    async def sign_in(self, address: str, name: str) -> None:
        """Count a try to sign in.

        Raises:
            TooOften: from this address, or on this account from there.
        """
        await self._take(self._exact, self._sign_ins_address, "sign-in", address)
        await self._take(self._exact, self._sign_ins, "sign-in", address, name[:40])

    async def request(self, who: str) -> None:
        """Count a page.

        Raises:
            TooOften: by this sign-in or address.
        """
        await self._take(self._counter, self._requests, "page", who)

    async def api(self, who: str) -> None:
        """Count an operation of the API.

        Raises:
            TooOften: with this token, or from this address without one.
        """
        await self._take(self._counter, self._api, "api", who)

    async def upload(self, name: str) -> None:
        """Count an app that somebody gives in.

        Raises:
            TooOften: by this account.
        """
        await self._take(self._exact, self._uploads, "upload", name)

    async def _take(
        self,
        limiter: MovingWindowRateLimiter | SlidingWindowCounterRateLimiter,
        limit: RateLimitItem,
        *who: str,
    ) -> None:
        if not await limiter.hit(limit, *who):
            stats = await limiter.get_window_stats(limit, *who)
            raise TooOften(max(1, int(stats.reset_time - time.time()) + 1))
