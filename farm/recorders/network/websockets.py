"""WebSockets on their way to disk: in pieces while they last, so that a crash loses seconds only.

mitmproxy's flow file knows no growing flow. The first piece of a WebSocket is the flow itself with
the messages so far; each later piece is a flow with an id of its own that names the first one in
its metadata and carries only what came since. mitmproxy shows them one after another; our reader
joins them (`farm.recording.flows`).
"""

from typing import Any

from mitmproxy.http import HTTPFlow

from farm.model.events import WebSocketMessage
from farm.recorders.network.session_log import SessionLog
from farm.recording.flows import CONTINUES, TRUNCATED, nanoseconds

_KEPT_BYTES = 64 << 20
_PIECE_BYTES = 1 << 20


class _Open:
    """One WebSocket that goes on."""

    def __init__(self, flow: HTTPFlow, log: SessionLog) -> None:
        self.flow = flow
        self.log = log
        self.messages = 0
        self.kept = 0  # bytes on disk
        self.waiting = 0  # bytes that are not
        self.pieces = 0


class WebSockets:
    """Writes the messages of all WebSockets of a capture process."""

    def __init__(self, kept_bytes: int = _KEPT_BYTES) -> None:
        """Beyond `kept_bytes` of one WebSocket only the messages' sizes are recorded."""
        self._most = kept_bytes
        self._open: dict[str, _Open] = {}

    def message(self, flow: HTTPFlow, log: SessionLog) -> None:
        """Record the flow's newest message, either way."""
        if flow.websocket is None:
            return
        socket = self._open.setdefault(flow.id, _Open(flow, log))
        message = flow.websocket.messages[-1]
        log.counts["websocket_messages"] += 1
        log.add(
            WebSocketMessage(
                flow_id=flow.id,
                index=socket.messages,
                from_app=message.from_client,
                size=len(message.content),
                is_text=message.is_text,
            ),
            nanoseconds(message.timestamp),
        )
        socket.messages += 1
        socket.waiting += len(message.content)
        if socket.waiting >= _PIECE_BYTES:
            self._write(socket)

    def flush(self, log: SessionLog) -> None:
        """Bring to disk what came since the last time."""
        for socket in self._open.values():
            if socket.log is log and socket.flow.websocket and socket.flow.websocket.messages:
                self._write(socket)

    def end(self, flow: HTTPFlow, log: SessionLog) -> None:
        """The WebSocket is over, in order or not."""
        self._write(self._open.pop(flow.id, _Open(flow, log)))

    def _write(self, socket: _Open) -> None:
        flow = socket.flow
        if flow.websocket is None:
            return
        state: dict[str, Any] = flow.get_state()
        messages = []
        for kind, from_client, content, *rest in state["websocket"]["messages"]:
            kept = content if socket.kept + len(content) <= self._most else b""
            socket.kept += len(content)
            messages.append((kind, from_client, kept, *rest))
        state["websocket"]["messages"] = messages
        if socket.kept > self._most:
            before = state["metadata"].get(TRUNCATED, "")
            state["metadata"][TRUNCATED] = f"{before} websocket".strip()
        if socket.pieces:
            state["metadata"][CONTINUES] = flow.id
            state["id"] = f"{flow.id}+{socket.pieces}"
            state["request"]["content"] = b""
            state["request"]["headers"] = tuple(
                pair for pair in state["request"]["headers"] if pair[0].lower() == b"host"
            )
        socket.pieces += 1
        socket.waiting = 0
        socket.log.add_state(state)
        # mitmproxy holds the newest message by itself until it is sent.
        flow.websocket.messages.clear()
