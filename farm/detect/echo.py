"""Values that a server sent before the app sent them: what comes back is not collected.

Responses are searched only for what was met in requests, and only those that came before the app
is known to have had it.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from farm.detect.decode.carriers import Carrier
from farm.detect.matching import Scanner
from farm.detect.needles import Needle
from farm.model.exchange import Exchange

_SHORTEST = 4
_LONGEST = 200


class Received(msgspec.Struct, frozen=True):
    """When a text was first sent to the app, host ns, and by which flow."""

    time: int
    flow_id: str


def received(
    texts: Mapping[str, int],
    exchanges: Iterable[Exchange],
    answered: Mapping[str, int],
    earliest: int,
) -> dict[str, Received]:
    """When each text first came from a server, as far as it came early enough to matter.

    Args:
        texts: as they stand in requests, or plain values, each with the last time, host ns, at
            which the app can have learned it: answers after the last of these are not searched.
        exchanges: the traffic.
        answered: flow id -> when its response was complete, host ns.
        earliest: no answer came before this, host ns; the traffic may not have to be read again.
    """
    wanted = sorted(text for text in texts if _SHORTEST <= len(text) <= _LONGEST)
    last = max((texts[text] for text in wanted), default=earliest - 1)
    if last < earliest:
        return {}
    needles = [Needle(text.encode("utf-8", "surrogateescape"), text.isascii()) for text in wanted]
    scanner: Scanner | None = None
    found: dict[str, Received] = {}
    for exchange in exchanges:
        for carrier in response_carriers(exchange, answered.get(exchange.flow_id)):
            if carrier.time > last:
                continue
            scanner = scanner or Scanner(needles)
            for scan in scanner.scan([carrier]):
                for occurrence in scan.occurrences:
                    text = wanted[occurrence.needle]
                    old = found.get(text)
                    new = Received(carrier.time, exchange.flow_id)
                    if old is None or (new.time, new.flow_id) < (old.time, old.flow_id):
                        found[text] = new
    return found


def first_answer(exchange: Exchange, answered: int | None) -> int:
    """When the first bytes of an exchange that a server sent were there, host ns."""
    times = [message.time for message in exchange.messages if not message.from_app]
    return min([exchange.started if answered is None else answered, *times])


def response_carriers(exchange: Exchange, answered: int | None) -> Iterator[Carrier]:
    """What the server sent: headers, body, and messages of a WebSocket."""
    time = exchange.started if answered is None else answered
    encodings: list[str] = []
    for raw_name, value in exchange.response_headers:
        name = raw_name.decode("ascii", "backslashreplace")[:80]
        if name.lower() == "content-encoding":
            text = value.decode("ascii", "replace")
            encodings += [part.strip().lower() for part in text.split(",")]
        yield Carrier(location=f"response header {name}", start="header", data=value, time=time)
    if exchange.response_body:
        yield Carrier(
            location="response body",
            start="body",
            data=exchange.response_body,
            time=time,
            content_encodings=encodings[:4],
        )
    for index, message in enumerate(exchange.messages):
        if not message.from_app:
            yield Carrier(
                location=f"websocket message {index}",
                start="websocket",
                data=message.content,
                time=message.time,
            )
