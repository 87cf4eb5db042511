"""The walk: every carrier of an exchange, taken apart by the registered decoders within bounds.

To teach it a format, write a small function of type `Decoder` and add it to `DECODERS`.
"""

from farm.detect.decode import compression, structured, text
from farm.detect.decode.carriers import Carrier
from farm.detect.decode.node import Budget, Decoder, Leaf, Limits

DECODERS: tuple[Decoder, ...] = (
    compression.gzip,
    compression.zstd,
    compression.zlib_stream,
    structured.json_text,
    structured.multipart,
    structured.form,
    text.percent,
    text.hexadecimal,
    text.base64_text,
    text.base64_inside,
)
"""In this order. The first whose pieces hold the whole input ends the search at that level."""

SHORTEST = 8
"""Bytes: in less no encoding can hide a value that says anything."""


def leaves(carrier: Carrier, limits: Limits | None = None) -> tuple[list[Leaf], list[str]]:
    """Take a carrier apart.

    Returns:
        What to search, outermost first, and the reasons why something was left out.
    """
    budget = Budget(limits or Limits(), len(carrier.data))
    data, path = _without_content_encodings(carrier, budget)
    return _walk(carrier.location, data, path, budget), budget.cut


def _without_content_encodings(carrier: Carrier, budget: Budget) -> tuple[bytes, tuple[str, ...]]:
    data = carrier.data
    path: tuple[str, ...] = (carrier.start,)
    for name in reversed(carrier.content_encodings):
        plain = compression.by_content_encoding(name, data, budget)
        if plain is None:
            if name not in {"", "identity"}:
                budget.note(f"content encoding {name[:40]} could not be undone")
            continue
        if not budget.take(len(plain)):
            break
        data, path = plain, (*path, name)
    return data, path


def _walk(location: str, data: bytes, path: tuple[str, ...], budget: Budget) -> list[Leaf]:
    found: list[Leaf] = []
    waiting = [(data, path, 0)]
    while waiting:
        data, path, depth = waiting.pop()
        if len(data) < SHORTEST or depth >= budget.limits.depth:
            if data:
                found.append(Leaf(location, path, data))
            continue
        inner: list[tuple[bytes, tuple[str, ...], int]] = []
        whole = False
        for decoder in DECODERS:
            decoded = decoder(data, budget)
            if decoded is None:
                continue
            inner += [(piece.data, (*path, piece.step), depth + 1) for piece in decoded.pieces]
            if decoded.whole:
                whole = True
                break
        if not whole:
            found.append(Leaf(location, path, data))
        inner.reverse()
        waiting += inner
    return found
