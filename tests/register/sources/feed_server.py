"""A store's HTTP server on loopback, with the faults that real ones have."""

import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar


class FeedServer:
    """Files by path, and a feed of them at `/feed.json`. Counts what was asked."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.redirects: dict[str, str] = {}
        self.apps: list[dict[str, Any]] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.break_after: dict[str, list[int]] = {}  # path -> bytes after which to hang up
        self.statuses: dict[str, list[int]] = {}  # path -> answers to give first
        self.strong_tags = True
        self.ranges = True
        self.feed: bytes | None = None  # instead of the one made of `apps`
        self.port = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/feed.json"

    def offer(self, package: str, version: int, *paths: Path, **facts: Any) -> None:
        """List an app; its files are served under their names."""
        files = []
        for path in paths:
            data = path.read_bytes()
            self.files[f"/{path.name}"] = data
            files.append(
                {
                    "url": f"http://{self.host}/{path.name}",
                    "sha256": hashlib.sha256(data).hexdigest(),
                    "size": len(data),
                }
            )
        self.apps.append({"package": package, "version_code": version, "files": files} | facts)

    def document(self) -> bytes:
        """The feed as it stands."""
        if self.feed is not None:
            return self.feed
        feed = {"schema": "farm-feed/1", "store": "Feed Store", "apps": self.apps}
        return json.dumps(feed).encode()

    def times(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(1 for asked, _ in self.asked if asked == path)


@contextmanager
def serving() -> Iterator[FeedServer]:
    """A server in a thread, until the end of the block."""
    state = FeedServer()

    class Handler(_Handler):
        served = state

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    served: ClassVar[FeedServer]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        served = self.served
        served.asked.append((self.path, dict(self.headers)))
        if served.statuses.get(self.path):
            self._answer(served.statuses[self.path].pop(0), b"")
        elif self.path in served.redirects:
            self.send_response(302)
            self.send_header("Location", served.redirects[self.path])
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path == "/feed.json":
            self._whole(served.document())
        elif self.path in served.files:
            self._part(served.files[self.path])
        else:
            self._answer(404, b"")

    def _whole(self, data: bytes) -> None:
        tag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
        if self.headers.get("If-None-Match") == tag:
            self._answer(304, b"", {"ETag": tag})
        else:
            self._answer(200, data, {"ETag": tag})

    def _part(self, data: bytes) -> None:
        tag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
        headers = {"ETag": tag if self.served.strong_tags else f"W/{tag}"}
        wanted = self.headers.get("Range", "")
        if wanted and self.served.ranges and self.headers.get("If-Range") == tag:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(data):
                self._answer(416, b"")
                return
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            self._answer(206, data[start:], headers)
        else:
            self._answer(200, data, headers)

    def _answer(self, status: int, data: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        breaks = self.served.break_after.get(self.path)
        if breaks:
            self.wfile.write(data[: breaks.pop(0)])
            self.close_connection = True
            self.connection.close()
        else:
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the test says what matters."""
