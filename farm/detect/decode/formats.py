"""Tells what a buffer is, from its first bytes and its whole, never from what its sender claims."""

import math
from collections import Counter

from farm.detect.decode import compression, framing, java, markup, objects
from farm.detect.decode.json_text import JsonText
from farm.detect.decode.node import Budget, Decoder, Limits, Piece, Text
from farm.detect.decode.protobuf import protobuf
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
    compression.zlib_stream,
    framing.grpc,
    objects.message_pack,
    objects.cbor,
    protobuf,
    compression.bare,
)
"""Binary formats without a name in front: each takes a buffer only if all of it fits."""

_BESIDE_TEXT: tuple[Decoder, ...] = (objects.message_pack, objects.cbor)
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
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))
_SAMPLE = 4096
_FEW = 1024
_RANDOM = 0.93
"""Share of what chance would give from which bytes are taken for encrypted."""


def unpack(data: bytes, budget: Budget) -> list[Piece] | None:
    """Take apart what is in a format; None where it is text or unknown."""
    decoders = _BY_MAGIC.get(data[0], ())
    for decoder in decoders:
        pieces = decoder(data, budget)
        if pieces is not None:
            return pieces
    if b"0" <= data[:1] <= b"f" and b"\r\n" in data[:260]:
        pieces = framing.chunked(data, budget)
        if pieces is not None:
            return pieces
    if is_utf8(data):
        return None
    pieces = wide_text(data, budget)
    if pieces is not None:
        return pieces
    text = is_text(data)
    for decoder in _BESIDE_TEXT if text else _UNNAMED:
        pieces = decoder(data, budget)
        if pieces is not None:
            return pieces
    return None


def is_object(data: bytes) -> bool:
    """Whether a few bytes may be a message of one of the formats without a name in front."""
    if data[0] & 0x7F == 0x78 or data[0] < 2:  # zlib, gRPC
        return True
    budget = Budget(Limits(), len(data))
    return any(
        decoder(data, budget) is not None
        for decoder in (wide_text, protobuf, objects.message_pack, objects.cbor)
    )


def holds_all(pieces: list[Piece]) -> bool:
    """Whether the pieces say all that their input says, so that it need not be searched itself."""
    return bool(pieces) and pieces[0].step.partition(" ")[0] not in _VERBATIM


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


def is_utf8(data: bytes) -> bool:
    """Whether a buffer begins with characters in UTF-8, and nothing that is no text."""
    sample = data[:_SAMPLE]
    if len(sample.translate(None, _CONTROL)) != len(sample):
        return False
    if sample.isascii():
        return True
    try:
        sample.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(sample) - 3 and len(data) > len(sample)
    return True


def is_text(data: bytes) -> bool:
    """Whether a buffer is made of characters, in UTF-8 or an older encoding of Chinese."""
    if is_utf8(data):
        return True
    sample = data[:_SAMPLE]
    if len(sample.translate(None, _CONTROL)) != len(sample):
        return False
    return _older(sample) is not None or _older(sample[:-1]) is not None


def older_text(data: bytes) -> bytes | None:
    """Text in GB 18030 or its parts GBK and GB 2312, as UTF-8; None if it is UTF-8 already."""
    if data.isascii():
        return None
    try:
        data.decode()
    except UnicodeDecodeError:
        text = _older(data)
        return None if text is None else text.encode()
    return None


def wide_text(data: bytes, budget: Budget) -> list[Piece] | None:
    """UTF-16 as a whole, by its mark or by the zeros of its Latin letters."""
    if len(data) % 2 or len(data) < 4:
        return None
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        name = "utf-16"
    elif _zeros(data[1:_SAMPLE:2], data[:_SAMPLE:2]):
        name = "utf-16-le"
    elif _zeros(data[:_SAMPLE:2], data[1:_SAMPLE:2]):
        name = "utf-16-be"
    else:
        return None
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        return None
    plain = text.encode("utf-8", "surrogatepass")
    return [Piece("utf-16", plain)] if is_utf8(plain) and budget.take(len(plain)) else None


def _zeros(high: bytes, low: bytes) -> bool:
    """Whether at least half of one byte of each pair is zero, and none of the other."""
    return high.count(0) * 2 >= len(high) and 0 not in low


def _older(data: bytes) -> str | None:
    """Text in GB 18030, if at least half of its other than Latin characters are usual ones."""
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    others = [character for character in text[:_SAMPLE] if ord(character) >= 0x80]
    usual = sum(1 for character in others if _usual(character))
    return text if usual * 2 >= len(others) else None


def _usual(character: str) -> bool:
    """Whether GB 2312 has it among its 3755 characters of the first level, or as a sign."""
    try:
        row = character.encode("gb2312")[0]
    except UnicodeEncodeError:
        return False
    return 0xA1 <= row <= 0xA3 or 0xB0 <= row <= 0xD7


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
