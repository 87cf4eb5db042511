"""Canaries: a call through the hooks and a request through the proxy, to show that both hear.

Silence of a recorder counts as evidence only between two canaries that came back. A canary that
does not come back is a gap since the last one that did.
"""

import asyncio
import secrets
import time

from farm.devices.phone import Phone
from farm.model.errors import DeviceError, FarmError
from farm.model.events import Canary, DeviceNote, Gap
from farm.model.vocabulary import CANARY_HOST, GapCause, Stream
from farm.recorders.api.recorder import ApiRecorder
from farm.recorders.network import CaptureSession
from farm.recording import StreamWriter

_SECONDS = 6.0
_LONGEST_ANSWER = 4096


class ProofOfLife:
    """Sends canaries for one session and records which came out again."""

    def __init__(
        self,
        *,
        phone: Phone,
        package: str,
        proxy_port: int,
        api: ApiRecorder,
        network: CaptureSession,
        device: StreamWriter,
    ) -> None:
        self._phone = phone
        self._package = package
        self._proxy_port = proxy_port
        self._api = api
        self._network = network
        self._device = device
        self._last_seen: dict[Stream, int] = {}
        self._missed = 0

    async def send(self, when: str) -> None:
        """Send one canary through each recorder, at once."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._through_hooks(when))
            group.create_task(self._through_proxy(when))

    async def _through_hooks(self, when: str) -> None:
        token = secrets.token_hex(8)
        sent = time.time_ns()
        try:
            alive = bool(await self._phone.pids(self._package))
        except DeviceError as error:
            self._record(Stream.API, token, sent, False, when, str(error))
            return
        if not alive:
            # Without a process nothing can be read: no proof is possible and none is needed.
            self._device.append(DeviceNote(name="no_app_process", detail=when))
            return
        detail = ""
        try:
            seen = await self._api.canary(token, timeout=_SECONDS)
        except FarmError as error:
            seen, detail = False, str(error)
        self._record(Stream.API, token, sent, seen, when, detail)

    async def _through_proxy(self, when: str) -> None:
        token = secrets.token_hex(8)
        sent = time.time_ns()
        detail = ""
        try:
            async with asyncio.timeout(_SECONDS):
                await self._request(token)
                seen = await self._network.canary_seen(token, timeout=_SECONDS)
        except (TimeoutError, OSError, DeviceError) as error:
            seen, detail = False, str(error) or type(error).__name__
        self._record(Stream.NETWORK, token, sent, seen, when, detail)

    async def _request(self, token: str) -> None:
        """Send a request from the phone's own loopback, the way its apps reach the proxy."""
        request = (
            f"GET http://{CANARY_HOST}/{token} HTTP/1.1\r\n"
            f"Host: {CANARY_HOST}\r\nConnection: close\r\n\r\n"
        )
        async with self._phone.open_port(self._proxy_port) as (reader, writer):
            writer.write(request.encode())
            await writer.drain()
            await reader.read(_LONGEST_ANSWER)

    def _record(
        self, recorder: Stream, token: str, sent: int, seen: bool, when: str, detail: str
    ) -> None:
        self._device.append(
            Canary(
                recorder=recorder, token=token, sent=sent, seen=seen, when=when, detail=detail[:500]
            )
        )
        if seen:
            self._last_seen[recorder] = sent
            return
        self._missed += 1
        self._device.append(
            Gap(
                gap_id=f"canary-{self._missed}",
                cause=GapCause.CANARY_MISSED,
                start=self._last_seen.get(recorder, sent),
                end=time.time_ns(),
                scope=str(recorder),
                detail=f"no canary came back {when}",
            )
        )
