"""A flow as bytes of mitmproxy's own file format, several times faster than mitmproxy makes them.

What a connection says of itself hardly changes between its flows, so its bytes are kept; the rest
is encoded without steps in between. Before the first flow of a kind is trusted to the short way,
its bytes are read back and compared with what mitmproxy itself would have written; where they
differ (another version of mitmproxy), mitmproxy's own way is taken from then on.
"""

from dataclasses import fields
from operator import attrgetter
from typing import Any

from mitmproxy.connection import Connection
from mitmproxy.flow import Flow
from mitmproxy.http import HTTPFlow
from mitmproxy.io import tnetstring
from mitmproxy.version import FLOW_FORMAT_VERSION

_MOST_CONNECTIONS = 2000


class FlowEncoder:
    """Encodes flows; keeps the bytes of connections until `forget` or until they change."""

    def __init__(self) -> None:
        self._connections: dict[str, tuple[tuple[object, ...], bytes]] = {}
        self._trusted: dict[bool, bool] = {}  # with a response, or without -> short way is right

    def encode(self, flow: Flow) -> bytes:
        """Return the flow as one entry of a flow file.

        Raises:
            ValueError: a text in it is no valid Unicode; mitmproxy could not store it either.
        """
        if type(flow) is not HTTPFlow or flow.websocket is not None or flow._backup is not None:
            return tnetstring.dumps(flow.get_state())
        kind = flow.response is not None
        trusted = self._trusted.get(kind)
        if trusted:
            return self._http(flow)
        whole: bytes = tnetstring.dumps(flow.get_state())
        if trusted is None:
            self._trusted[kind] = tnetstring.loads(whole) == tnetstring.loads(self._http(flow))
        return whole

    def forget(self, connection: Connection) -> None:
        """The connection is over."""
        self._connections.pop(connection.id, None)

    def _http(self, flow: HTTPFlow) -> bytes:
        request = flow.request.get_state()  # type: ignore[no-untyped-call]
        response = flow.response.get_state() if flow.response else None  # type: ignore[no-untyped-call]
        parts = [
            b"7:version;" + _integer(FLOW_FORMAT_VERSION),
            b"4:type;4:http;2:id;" + _text(flow.id),
            b"5:error;" + _dumps(flow.error.get_state() if flow.error else None),
            b"11:client_conn;" + self._connection(flow.client_conn),
            b"11:server_conn;" + self._connection(flow.server_conn),
            b"11:intercepted;" + _dumps(flow.intercepted),
            b"9:is_replay;" + _dumps(flow.is_replay),
            b"6:marked;" + _text(flow.marked),
            b"8:metadata;" + _dumps(flow.metadata),
            b"7:comment;" + _text(flow.comment),
            b"17:timestamp_created;" + _dumps(flow.timestamp_created),
            b"6:backup;0:~",
            b"7:request;" + _dumps(request),
            b"8:response;" + _dumps(response),
            b"9:websocket;0:~",
        ]
        return _framed(b"".join(parts), b"}")

    def _connection(self, connection: Connection) -> bytes:
        now = _READERS[type(connection)](connection)
        known = self._connections.get(connection.id)
        if known is not None and known[0] == now:
            return known[1]
        whole: bytes = tnetstring.dumps(connection.get_state())
        if len(self._connections) >= _MOST_CONNECTIONS:
            self._connections.clear()
        self._connections[connection.id] = (now, whole)
        return whole


class _Readers(dict[type, Any]):
    """For each class of connections what reads all its fields at once."""

    def __missing__(self, kind: type) -> Any:
        reader = self[kind] = attrgetter(*(field.name for field in fields(kind)))
        return reader


_READERS = _Readers()
_NAMES: dict[str, bytes] = {}


def _name(name: str) -> bytes:
    """A key; those that flows have are few, so their bytes are kept."""
    known = _NAMES.get(name)
    if known is None:
        known = _text(name)
        if len(_NAMES) < 200:
            _NAMES[name] = known
    return known


def _framed(content: bytes, kind: bytes) -> bytes:
    return b"%d:%b%b" % (len(content), content, kind)


def _text(value: str) -> bytes:
    return _framed(value.encode(), b";")


def _integer(value: int) -> bytes:
    return _framed(b"%d" % value, b"#")


def _dumps(value: object) -> bytes:
    """Encode a value as a tnetstring; the kinds of values are those of mitmproxy's `dumps`."""
    if value is None:
        return b"0:~"
    if value is True:
        return b"4:true!"
    if value is False:
        return b"5:false!"
    kind = type(value)
    if kind is bytes:
        return b"%d:%b," % (len(value), value)  # type: ignore[arg-type, str-format]
    if kind is str:
        return _text(value)  # type: ignore[arg-type]
    if kind is float:
        return _framed(repr(value).encode(), b"^")
    if kind is int:
        return _integer(value)  # type: ignore[arg-type]
    if kind is tuple or kind is list:
        return _framed(b"".join(map(_dumps, value)), b"]")  # type: ignore[call-overload]
    if kind is dict:
        pairs = [_name(name) + _dumps(one) for name, one in value.items()]  # type: ignore[attr-defined]
        return _framed(b"".join(pairs), b"}")
    whole: bytes = tnetstring.dumps(value)  # type: ignore[arg-type]
    return whole
