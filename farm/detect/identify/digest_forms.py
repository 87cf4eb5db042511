"""Digests and checksums of known values as forms, also salted with other values."""

from collections.abc import Iterator, Sequence

from farm.detect.identify import numbers
from farm.detect.identify.digests import DIGESTS, crc32, doubled, salted
from farm.detect.identify.form import Form
from farm.detect.identify.information import STRONG_BITS
from farm.detect.identify.known import GROUPED, IDENTIFIERS, Known

DIGEST_LEAST = 8
"""Bytes of a digest that must be there: 64 bits, as in the "16-digit MD5"."""

_MOST_SALTED = 12
_SALTABLE_LENGTH = 64


def digests(index: int, known: Known, name: str, text: str) -> Iterator[Form]:
    of = f" of {name}" if name else ""
    data = text.encode("utf-8", "surrogateescape")
    for digest, function in DIGESTS.items():
        yield from _digest_forms(index, digest + of, function(data))
        if digest == "md5":
            middle = function(data).hex()[8:24].encode()
            yield Form(
                known=index,
                name=f"md5{of}, middle 16",
                expected=middle,
                caseless=True,
                edges="hex",
                bits=64.0,
            )
    if not name or known.bits >= STRONG_BITS:
        yield from _checksums(index, known, of, text)
    if known.bits >= STRONG_BITS:
        for digest, raw in doubled(data):
            yield from _digest_forms(index, digest + of, raw)


def _digest_forms(index: int, name: str, raw: bytes) -> Iterator[Form]:
    bits = 8.0 * len(raw)
    yield Form(
        known=index,
        name=name,
        expected=raw.hex().encode(),
        least=2 * DIGEST_LEAST,
        caseless=True,
        edges="hex",
        bits=bits,
    )
    yield Form(
        known=index, name=f"{name}, raw", expected=raw, least=DIGEST_LEAST, edges="", bits=bits
    )


def _checksums(index: int, known: Known, of: str, text: str) -> Iterator[Form]:
    # No more bits than the value has: a checksum of a short value is as easily met as that value.
    bits = min(32.0, known.bits)
    values = {
        "crc32": crc32(text.encode("utf-8", "surrogateescape")),
        "java hashCode": numbers.hash_code(text),
    }
    for name, value in values.items():
        yield Form(
            known=index,
            name=f"{name}{of}",
            expected=f"{value & 0xFFFFFFFF:08x}".encode(),
            caseless=True,
            edges="hex",
            bits=bits,
        )
        decimal = str(value).encode()
        if len(decimal) >= 8:
            yield Form(
                known=index,
                name=f"{name}{of}, decimal",
                expected=decimal,
                edges="digit",
                bits=bits,
            )


def salted_forms(known: Sequence[Known], salts: Sequence[str]) -> Iterator[Form]:
    chosen = [
        (index, one)
        for index, one in enumerate(known)
        if one.data_type not in GROUPED
        and one.bits >= STRONG_BITS
        and len(one.value) <= _SALTABLE_LENGTH
    ]
    chosen.sort(key=lambda pair: pair[1].data_type not in IDENTIFIERS)
    chosen = chosen[:_MOST_SALTED]
    for index, one in chosen:
        others = [(other.data_type.value, other.value) for at, other in chosen if at != index]
        others += [("package or signer", salt) for salt in salts]
        for what, salt in others:
            for name, raw in salted(one.value.encode(), salt.encode()):
                yield from _digest_forms(index, name.replace("salt", what), raw)
