"""A server that speaks as much of MobSF's HTTP API as an adapter needs, and can misbehave."""

import asyncio
import json
import re
from types import TracebackType

REPORT = {
    "version": "v4.0.0",
    "permissions": {"android.permission.CAMERA": {"status": "dangerous", "info": "take pictures"}},
    "trackers": {"detected_trackers": 1, "trackers": [{"name": "Example Analytics"}]},
    # As MobSF keeps them (StaticAnalyzer, db_interaction.py): Python's print of a list; a string.
    "exported_activities": "['com.x.Open', 'com.x.View$1']",
    "target_sdk": "22",
}


class MobSFServer:
    """Answers on a loopback port of its own."""

    def __init__(self, trouble: str = "") -> None:
        self.key = "key-of-the-test"
        self.asked: list[str] = []
        self.uploaded_names: list[str] = []
        self._trouble = trouble
        self._server: asyncio.Server

    @property
    def url(self) -> str:
        port = self._server.sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    async def __aenter__(self) -> "MobSFServer":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = (
                int(found[1]) if (found := re.search(r"(?i)content-length: (\d+)", head)) else 0
            )
            body = await reader.readexactly(length)
            if "chunked" in head.lower():
                while b"0\r\n\r\n" not in body:
                    body += await reader.read(65536)
            if self._trouble == "silent":
                await asyncio.sleep(60)
            path = head.split()[1].partition("?")[0]
            self.asked.append(path)
            status, answer, more = self._answer(path, head, body)
            writer.write(
                f"HTTP/1.1 {status}\r\nContent-Length: {len(answer)}\r\n{more}"
                "Connection: close\r\n\r\n".encode()
                + answer
            )
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _answer(self, path: str, head: str, body: bytes) -> tuple[str, bytes, str]:
        if f"authorization: {self.key}" not in head.lower():
            return "401 Unauthorized", b'{"error": "unauthorized"}', ""
        if self._trouble == "status_500":
            return "500 Oops", b"", ""
        if self._trouble == "redirect":
            return "302 Found", b"", "Location: http://127.0.0.1:1/\r\n"
        if path == "/api/v1/upload":
            self.uploaded_names += re.findall(r'filename="([^"]*)"', body.decode("latin-1"))
            digest = "../../etc" if self._trouble == "bad_hash" else "0" * 32
            return "200 OK", json.dumps({"hash": digest, "scan_type": "apk"}).encode(), ""
        if path == "/api/v1/report_json":
            if self._trouble == "not_json":
                return "200 OK", b"<html>", ""
            return "200 OK", json.dumps(REPORT).encode(), ""
        return "200 OK", b"{}", ""
