"""Downloads from hosts that were named, and from nowhere else: bounded, resumed, verified.

A feed is written by somebody else. Its addresses may name any host, lead there by redirects, or
name a host that resolves into the lab's own network; none of these is followed.
"""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from farm.files import sha256_of
from farm.register.sources.begun import Begun, Transfer
from farm.register.sources.source import AppRefused, SourceUnavailable

_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_TRIES = 4


class Limits:
    """What downloads may do.

    Args:
        hosts: names (and ports, `name:8443`) that may be asked; no others.
        largest: bytes of one file.
        plain: whether `http://` is allowed.
        private: whether hosts may lie in private networks, or on this machine.
        seconds: longest silence of a server.
    """

    def __init__(
        self,
        hosts: Collection[str],
        *,
        largest: int,
        plain: bool = False,
        private: bool = False,
        seconds: float = 30.0,
    ) -> None:
        self.hosts = frozenset(host.lower() for host in hosts)
        self.largest = largest
        self.plain = plain
        self.private = private
        self.seconds = seconds


class Downloader:
    """HTTP over one set of limits. Open it with `async with`.

    Args:
        token: sent as a bearer token to `token_host` alone.
        begun: where transfers wait that did not end; without it each look begins anew.
    """

    def __init__(
        self, limits: Limits, *, token: str = "", token_host: str = "", begun: Begun | None = None
    ) -> None:
        self._begun = begun
        self._limits = limits
        self._token = token
        self._token_host = token_host.lower()
        self._client: httpx.AsyncClient | None = None

    async def __aenter__(self) -> "Downloader":
        self._client = httpx.AsyncClient(
            follow_redirects=False,
            timeout=self._limits.seconds,
            trust_env=False,  # a proxy of the environment would undo the limits
        )
        return self

    async def __aexit__(self, *error: object) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def get(
        self, url: str, headers: dict[str, str], largest: int
    ) -> tuple[int, dict[str, str], bytes]:
        """A small document: status, headers and body.

        Raises:
            SourceUnavailable: no answer, or one that may pass.
            AppRefused: it is too large, or lies where nothing may be fetched.
        """
        async with self._open(url, headers) as answer:
            data = bytearray()
            async for chunk in answer.aiter_bytes():
                data += chunk
                if len(data) > largest:
                    raise AppRefused(f"{url}: larger than {largest} bytes")
            return answer.status_code, dict(answer.headers), bytes(data)

    async def file(self, url: str, target: Path, *, size: int = 0, sha256: str = "") -> None:
        """Write a file, going on where a broken transfer ended.

        Args:
            size: bytes that it has to have; 0: not said.
            sha256: digest that it has to have; empty: not said.

        Raises:
            SourceUnavailable: it did not come through in several tries.
            AppRefused: too large, another size or digest, or not to be had there.
        """
        if size > self._limits.largest:
            raise AppRefused(f"{url}: {size} bytes; at most {self._limits.largest} are fetched")
        part = target.with_name(target.name + ".part")
        transfer = Transfer(part=part)
        if self._begun is not None:
            transfer = await asyncio.to_thread(self._begun.take, url, part)
        begun_before = transfer.have > 0
        try:
            await self._transfer(url, transfer, size)
            try:
                await _check(url, part, size, sha256)
            except AppRefused:
                if not begun_before:
                    raise
                # What an earlier look had kept may be to blame, not the server.
                transfer.have, transfer.validator = 0, ""
                await self._transfer(url, transfer, size)
                await _check(url, part, size, sha256)
            part.replace(target)
        except (SourceUnavailable, asyncio.CancelledError):
            if self._begun is not None:
                await asyncio.to_thread(self._begun.keep, url, transfer)
            raise
        finally:
            part.unlink(missing_ok=True)

    async def _transfer(self, url: str, transfer: Transfer, size: int) -> None:
        """Fetch to the end; gives up after several tries that brought nothing new."""
        tries = 0
        while True:
            before = transfer.have
            try:
                return await self._resume(url, transfer, size)
            except (httpx.TransportError, SourceUnavailable) as error:
                tries = 1 if transfer.have > before else tries + 1
                if tries >= _TRIES:
                    why = str(error) or type(error).__name__
                    raise SourceUnavailable(f"{url}: gave up after {tries} tries: {why}") from error
            await asyncio.sleep(min(0.1 * 2**tries, 5.0))

    async def _resume(self, url: str, transfer: Transfer, size: int) -> None:
        headers = {"Accept-Encoding": "identity"}
        if transfer.have and transfer.validator:
            headers |= {"Range": f"bytes={transfer.have}-", "If-Range": transfer.validator}
        async with self._open(url, headers) as answer:
            if answer.status_code == 206:
                if not answer.headers.get("content-range", "").startswith(
                    f"bytes {transfer.have}-"
                ):
                    raise AppRefused(f"{url}: answers with another part than was asked for")
            elif answer.status_code == 200:
                transfer.have = 0
            elif answer.status_code == 416 and size and transfer.have == size:
                return  # the connection broke after the last byte
            else:
                raise AppRefused(f"{url}: HTTP {answer.status_code}")
            # Only a strong validator says that the rest is of the same bytes (RFC 9110, 13.1.5).
            tag = answer.headers.get("etag", "")
            transfer.validator = "" if tag.startswith("W/") else tag
            with transfer.part.open("ab" if transfer.have else "wb") as file:
                async for chunk in answer.aiter_raw():
                    if transfer.have + len(chunk) > self._limits.largest:
                        raise AppRefused(f"{url}: larger than {self._limits.largest} bytes")
                    await asyncio.to_thread(file.write, chunk)
                    file.flush()
                    transfer.have += len(chunk)

    @asynccontextmanager
    async def _open(self, url: str, headers: dict[str, str]) -> AsyncIterator[httpx.Response]:
        """Ask an address and those it redirects to, each checked before it is asked."""
        assert self._client is not None  # noqa: S101 - used inside `async with` only
        at = httpx.URL(url)
        for _ in range(_MOST_REDIRECTS + 1):
            request = self._client.build_request("GET", at, headers=headers)
            await self._pin(request)
            answer = await self._client.send(request, stream=True)
            try:
                if answer.status_code not in _REDIRECTS:
                    if answer.status_code in _PASSING:
                        raise SourceUnavailable(f"{at}: HTTP {answer.status_code}")
                    yield answer
                    return
                to = answer.headers.get("location", "")
            finally:
                await answer.aclose()
            try:
                at = at.join(to)
            except httpx.InvalidURL as error:
                raise AppRefused(f"{at}: redirects to no address") from error
        raise AppRefused(f"{url}: more than {_MOST_REDIRECTS} redirects")

    async def _pin(self, request: httpx.Request) -> None:
        """Let a request go to an address that was checked, under the host's own name."""
        url = request.url
        host = url.host.lower()
        port = f":{url.port}" if url.port else ""
        if url.scheme != "https" and not (url.scheme == "http" and self._limits.plain):
            raise AppRefused(f"{url}: expected an https:// address")
        if url.userinfo:
            raise AppRefused(f"{url.host}: an address must not carry a password")
        if f"{host}{port}" not in self._limits.hosts:
            raise AppRefused(f"{url}: {host}{port} is none of the source's hosts")
        if self._token and f"{host}{port}" == self._token_host:
            request.headers["Authorization"] = f"Bearer {self._token}"
        address = await self._address(host, url.port or (443 if url.scheme == "https" else 80))
        request.headers["Host"] = f"{host}{port}"
        request.extensions["sni_hostname"] = host
        request.url = url.copy_with(host=address)

    async def _address(self, host: str, port: int) -> str:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._limits.seconds):
                found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, TimeoutError, UnicodeError) as error:
            raise SourceUnavailable(f"{host}: its address cannot be found: {error}") from error
        addresses = [str(entry[4][0]) for entry in found]
        inside = [one for one in addresses if not ipaddress.ip_address(one).is_global]
        if inside and not self._limits.private:
            raise AppRefused(f"{host}: lies in a private network ({inside[0]})")
        return addresses[0]


async def _check(url: str, part: Path, size: int, sha256: str) -> None:
    found, digest = await asyncio.to_thread(_measure, part)
    if size and found != size:
        raise AppRefused(f"{url}: {found} bytes, not the {size} that were announced")
    if sha256 and digest != sha256:
        raise AppRefused(f"{url}: its digest is {digest}, not {sha256} as announced")


def _measure(path: Path) -> tuple[int, str]:
    return path.stat().st_size, sha256_of(path)
