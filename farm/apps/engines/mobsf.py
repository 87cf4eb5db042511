"""Adapter of MobSF's HTTP API (GPL-3.0, run by the operator): permissions, trackers, exports.

Upload, scan, report: `/api/v1/upload`, `/api/v1/scan`, `/api/v1/report_json`, each with the key in
`Authorization` (mobsf.github.io/docs).
"""

import re
from pathlib import Path
from typing import Any

import httpx
import msgspec

from farm import __version__
from farm.apps.engines.engine import EngineAbsent, EngineFailed
from farm.apps.engines.statements import Statement, Topic

_LARGEST_REPORT = 256 << 20
_CONNECT_SECONDS = 10.0
_SCAN_SECONDS = 1800.0
_QUOTED = re.compile(r"""['"]([^'"\s,\[\]]{1,500})['"]""")


class _Uploaded(msgspec.Struct, frozen=True):
    hash: str


class _Permission(msgspec.Struct, frozen=True):
    status: str = ""
    info: str = ""


class _Trackers(msgspec.Struct, frozen=True):
    trackers: list[dict[str, Any]] = []


class _Report(msgspec.Struct, frozen=True):
    version: str = ""
    permissions: dict[str, _Permission] = {}
    trackers: _Trackers = _Trackers()
    exported_activities: list[str] | str = []
    target_sdk: str | int = ""


class MobSF:
    """A MobSF server as an engine."""

    name = "mobsf"

    def __init__(self, url: str, key: str) -> None:
        """`url` is the server's, `key` its API key; APKs leave this machine for that server."""
        self._url = url.rstrip("/")
        self._key = key

    async def version(self) -> str:
        """Whether it answers; its version stands in each report only."""
        async with self._client() as client:
            await self._answer(client, "GET", "/api/v1/scans", {"page_size": "1"})
        return "v1"

    async def examine(self, apk: Path) -> list[Statement]:
        """Upload, have it scanned, and read its report."""
        async with self._client() as client:
            with apk.open("rb") as file:
                # The name is ours: nothing of the app reaches the server's file system.
                uploaded = await self._answer(
                    client, "POST", "/api/v1/upload", files={"file": ("app.apk", file)}
                )
            digest = _decoded(uploaded, _Uploaded).hash
            if not digest.isalnum():
                raise EngineFailed("mobsf: expected a digest from upload")
            await self._answer(client, "POST", "/api/v1/scan", {"hash": digest})
            data = await self._answer(client, "POST", "/api/v1/report_json", {"hash": digest})
        return _statements(_decoded(data, _Report))

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=self._url,
            headers={"Authorization": self._key, "User-Agent": f"farm/{__version__}"},
            timeout=httpx.Timeout(_SCAN_SECONDS, connect=_CONNECT_SECONDS),
            follow_redirects=False,
        )

    async def _answer(
        self,
        client: httpx.AsyncClient,
        method: str,
        path: str,
        data: dict[str, str] | None = None,
        files: Any = None,
    ) -> bytes:
        given: dict[str, Any] = {"params": data} if method == "GET" else {"data": data}
        if files is not None:
            given["files"] = files
        try:
            async with client.stream(method, path, **given) as response:
                body = bytearray()
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > _LARGEST_REPORT:
                        raise EngineFailed(f"mobsf: {path}: more than {_LARGEST_REPORT} bytes")
        except httpx.ConnectError as error:
            raise EngineAbsent(f"{self._url}: no MobSF server answers: {error}") from error
        except httpx.HTTPError as error:
            raise EngineFailed(f"mobsf: {path}: {type(error).__name__}: {error}") from error
        if response.status_code == httpx.codes.UNAUTHORIZED:
            raise EngineFailed("mobsf: the API key is not the server's")
        if response.status_code != httpx.codes.OK:
            raise EngineFailed(f"mobsf: {path}: HTTP {response.status_code}")
        return bytes(body)


def _decoded(data: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:
        raise EngineFailed(f"mobsf: unexpected answer: {error}") from error


def _statements(report: _Report) -> list[Statement]:
    found = [
        Statement(topic=Topic.PERMISSION, subject=name, detail=f"{one.status} {one.info}".strip())
        for name, one in sorted(report.permissions.items())
    ]
    found += [
        Statement(topic=Topic.TRACKER, subject=str(one.get("name", "")), detail="mobsf")
        for one in report.trackers.trackers
        if one.get("name")
    ]
    level = str(report.target_sdk)
    if level.isascii() and level.isdigit():
        found.append(Statement(topic=Topic.TARGET, subject=level))
    exported = report.exported_activities
    # MobSF gives the list as it keeps it: as Python prints one, inside a string.
    names = exported if isinstance(exported, list) else _QUOTED.findall(exported)
    return found + [Statement(topic=Topic.EXPORTED, subject=name) for name in names]
