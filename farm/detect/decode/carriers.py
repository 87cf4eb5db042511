"""Splits one exchange into its carriers: URL parts, headers, cookies, body, messages.

Only what left the app is a carrier; answers of servers are not collection.
"""

import functools
from collections.abc import Iterator

import msgspec

from farm.detect.decode.text import cookie_pairs, form_fields
from farm.model.exchange import Exchange

# Set by the HTTP library and holding nothing the app chose.
_DULL_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "host",
        "proxy-connection",
        "transfer-encoding",
    }
)


_LONG_LABEL = 20  # characters of a DNS label that hardly is a word

RAW = frozenset({"tcp", "udp"})
"""Schemes of exchanges that are no HTTP: only their messages say something."""


class Carrier(msgspec.Struct, frozen=True, kw_only=True):
    """One place in an exchange that can hold a value."""

    location: str  # for people: "url query imei"
    start: str  # first step of the decode path: "query imei"
    data: bytes
    time: int  # host ns: when it began to leave the app
    content_encodings: list[str] = []


def carriers(exchange: Exchange) -> Iterator[Carrier]:
    """Yield every carrier of what the app sent, in wire order."""
    path, _, query = exchange.path.partition("?")
    time = exchange.started
    yield Carrier(location="url host", start="host", data=_bytes(exchange.host), time=time)
    if path:
        yield Carrier(location="url path", start="path", data=_bytes(path), time=time)
    if query:
        for name, value in form_fields(_bytes(query), "query"):
            yield Carrier(location=f"url {name}"[:120], start=name[:120], data=value, time=time)
    encodings: list[str] = []
    for raw_name, value in exchange.request_headers:
        name, lower = _header(raw_name)
        if lower == "content-encoding":
            encodings += [
                part.strip().lower() for part in value.decode("ascii", "replace").split(",")
            ]
        if lower == "cookie":
            for key, cookie in cookie_pairs(value):
                start = f"cookie {key}"[:120]
                yield Carrier(location=start, start=start, data=cookie, time=time)
        elif lower not in _DULL_HEADERS:
            start = f"header {name}"
            yield Carrier(location=start, start=start, data=value, time=time)
    if exchange.request_body:
        yield Carrier(
            location="body",
            start="body",
            data=exchange.request_body,
            time=time,
            content_encodings=encodings[:4],
        )
    yield from _messages(exchange, time)


@functools.lru_cache(maxsize=1024)
def _header(raw_name: bytes) -> tuple[str, str]:
    """A header's name for people, and in lower case; all requests have the same few."""
    name = raw_name.decode("ascii", "backslashreplace")[:80]
    return name, name.lower()


def _messages(exchange: Exchange, time: int) -> Iterator[Carrier]:
    sent = [(index, one) for index, one in enumerate(exchange.messages) if one.from_app]
    if exchange.scheme in RAW:
        # Segments have no borders that mean anything: a value may be cut by one.
        stream = b"".join(message.content for _, message in sent)
        if stream:
            first = sent[0][1].time
            yield Carrier(location="stream", start="stream", data=stream, time=first or time)
        return
    for index, message in sent:
        yield Carrier(
            location=f"websocket message {index}",
            start="websocket",
            data=message.content,
            time=message.time,
        )


def name_carriers(name: str, time: int) -> Iterator[Carrier]:
    """Yield what the name of a DNS question can hold, at `time` (host ns).

    Data that leaves in names is cut into labels of at most 63 bytes (RFC 1035, section 2.3.4), so
    long labels are also put together.
    """
    yield Carrier(location="dns name", start="dns", data=_bytes(name), time=time)
    long = [label for label in name.split(".") if len(label) >= _LONG_LABEL]
    if len(long) > 1:
        joined = _bytes("".join(long))
        yield Carrier(location="dns name", start="dns labels joined", data=joined, time=time)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
