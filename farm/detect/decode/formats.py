"""Tells what a buffer is, from its first bytes and its whole, never from what its sender claims."""

import math
from collections import Counter

from farm.detect.decode import compression, framing, java, markup, objects
from farm.detect.decode.characters import Kind, wide_text
from farm.detect.decode.json_text import JsonText
from farm.detect.decode.node import Budget, Decoder, Limits, Parts, Piece, Text
from farm.detect.decode.protobuf import fits, protobuf
from farm.detect.decode.text import FieldText, PlainText, looks_like_form, looks_like_url

_BY_MAGIC: dict[int, tuple[Decoder, ...]] = {
    0x1F: (compression.gzip,),
    0x28: (compression.zstd,),
    ord("P"): (framing.archive,),
    ord("b"): (objects.property_list,),
    0xAC: (java.java_stream,),
    ord("<"): (objects.property_list, markup.xml),
    ord("-"): (framing.multipart,),
    ord("\r"): (framing.multipart,),
}
"""Formats that say what they are. The first that takes the buffer has it."""

_UNNAMED: tuple[Decoder, ...] = (
    wide_text,
    compression.zlib_stream,
    framing.grpc,
    objects.message_pack,
    objects.cbor,
    protobuf,
    compression.bare,
)
"""Binary formats without a name in front: each takes a buffer only if all of it fits."""

_BESIDE_TEXT: tuple[Decoder, ...] = (wide_text, objects.message_pack, objects.cbor)
"""Those of them that may look like a text in an older encoding."""

_VERBATIM = frozenset({"plist", "java", "msgpack", "cbor", "protobuf", "grpc"})
"""First words of the steps of formats that are also searched as they stand.

Parts may be damaged or hidden behind a repeated key, or bytes may fit a format by chance.
"""

_MEDIA = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"GIF8",
    b"OggS",
    b"ID3",
    b"fLaC",
    b"\x00\x00\x00\x18ftyp",
    b"\x00\x00\x00\x1cftyp",
    b"\x00\x00\x00\x20ftyp",
    b"#!AMR",
    b"%PDF-",
)
_SAMPLE = 4096
_SOME = Limits()
_FEW = 1024
_RANDOM = 0.93
"""Share of what chance would give from which bytes are taken for encrypted."""


def unpack(data: bytes, kind: Kind, budget: Budget) -> Parts | None:
    """Take apart what is in a format; None where it is text or unknown."""
    for decoder in _BY_MAGIC.get(data[0], ()):
        found = decoder(data, budget)
        if found is not None:
            return _parts(found)
    if b"0" <= data[:1] <= b"f" and b"\r\n" in data[:260]:
        found = framing.chunked(data, budget)
        if found is not None:
            return _parts(found)
    if kind is Kind.UTF8:
        return None
    for decoder in _BESIDE_TEXT if kind is Kind.OLDER else _UNNAMED:
        found = decoder(data, budget)
        if found is not None:
            return _parts(found)
    return None


def _parts(found: list[Piece] | Parts) -> Parts:
    if isinstance(found, Parts):
        return found
    return Parts([piece.data for piece in found], [piece.step for piece in found].__getitem__)


def is_object(data: bytes) -> bool:
    """Whether a few bytes may be a message of one of the formats without a name in front."""
    first = data[0]
    if first & 0x7F == 0x78 or first < 2 or first >= 0xFE or 0 in (data[1:2] + data[-1:]):
        return True  # zlib, gRPC, UTF-16
    if fits(data):
        return True
    if not 0x80 <= first <= 0xDF:
        return False
    budget = Budget(_SOME, len(data))
    return any(decoder(data, budget) is not None for decoder in _BESIDE_TEXT[1:])


def holds_all(parts: Parts) -> bool:
    """Whether the parts say all that their input says, so that it need not be searched itself."""
    return bool(parts.contents) and parts.step(0).partition(" ")[0] not in _VERBATIM


def structure(data: bytes) -> Text:
    """The kind of a text."""
    head = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if head in {b"{", b"["} or (head == b'"' and data.rstrip().endswith(b'"')):
        return JsonText(data)
    if looks_like_form(data):
        return FieldText(data, "form")
    if looks_like_url(data):
        return FieldText(data, "query")
    return PlainText(data)


def without_zeros(data: bytes) -> bytes | None:
    """UTF-16 text between binary data, brought together; None where there is none to speak of."""
    zeros = data.count(b"\0")
    return data.replace(b"\0", b"") if zeros >= 8 and zeros * 10 >= len(data) else None


def unreadable(data: bytes) -> str:
    """Why a binary buffer could not be read; empty for media, whose content is no text."""
    if data.startswith(_MEDIA) or (data[:4] == b"RIFF" and data[8:12] in {b"WEBP", b"WAVE"}):
        return ""
    return "encrypted, or packed in an unknown way" if _random(data) else "unknown binary format"


def _random(data: bytes) -> bool:
    """Whether the first bytes are spread as evenly as those of a cipher."""
    sample = data[:_SAMPLE]
    counts = Counter(sample)
    if len(sample) < _FEW:
        # Too few for an entropy: as many different bytes as chance would give.
        return len(counts) >= _RANDOM * 256 * (1 - (1 - 1 / 256) ** len(sample))
    entropy = -sum(n / len(sample) * math.log2(n / len(sample)) for n in counts.values())
    return entropy >= _RANDOM * 8
