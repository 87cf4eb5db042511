"""Every form in which a known value may leave the phone, as patterns with what they must stand in.

A pattern is the part of a form that has to be there; how much more of the form follows is measured
where it was met, so that one pattern finds a digest and its truncations.
"""

import binascii
import math
import re
from collections.abc import Iterator, Sequence

from farm.detect.identify import numbers
from farm.detect.identify.digest_forms import digests, salted_forms
from farm.detect.identify.form import Form
from farm.detect.identify.information import STRONG_BITS, information
from farm.detect.identify.known import GROUPED, IDENTIFIERS, Known
from farm.model.vocabulary import DataType

_SEPARATORS = re.compile(r"[\s:\-._()]")
_HEX_BYTES = re.compile(r"(?:[0-9A-Fa-f]{2}){6,}")
_ADDRESS = re.compile(r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}")
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")


def forms_of(known: Sequence[Known], salts: Sequence[str] = ()) -> list[Form]:
    """Every form of every known value, each pattern once for a value.

    Args:
        known: the values.
        salts: text known to every app that may be mixed in: its package, its signer.
    """
    found: list[Form] = []
    for index, one in enumerate(known):
        seen: set[tuple[bytes, bytes, bool]] = set()
        for form in _forms(index, one):
            key = (form.expected, form.pattern, form.from_end)
            if key not in seen and form.pattern:
                seen.add(key)
                found.append(form)
    found += salted_forms(known, salts)
    return found


def _forms(index: int, known: Known) -> Iterator[Form]:
    variants = list(variants_of(known.value))
    for name, text in variants:
        yield from _plain(index, known, name, text)
    if known.data_type in GROUPED:  # names of apps: digests of them are common knowledge
        return
    yield from _raw(index, known)
    yield from _numbers(index, known)
    yield from _cut_ends(index, known)
    if known.bits >= STRONG_BITS:
        for name, text in variants:
            if name in {"plain", "plain without separators"} and text != text[::-1]:
                yield Form(
                    known=index,
                    name=f"{name} reversed",
                    expected=text[::-1].encode("utf-8", "surrogateescape"),
                    caseless=text.isascii(),
                    edges=_edges(text),
                    bits=known.bits,
                )
    for name, text in _cases(variants):
        yield from digests(index, known, name, text)


def variants_of(value: str) -> Iterator[tuple[str, str]]:
    """The value with its separators in every way in use, "plain" first. Case is not varied."""
    yield "plain", value
    bare = _SEPARATORS.sub("", value)
    if len(bare) >= 6 and bare != value:
        yield "plain without separators", bare
    if _ADDRESS.fullmatch(value):
        pairs = [bare[at : at + 2] for at in range(0, 12, 2)]
        yield "plain with colons", ":".join(pairs)
        yield "plain with dashes", "-".join(pairs)
        yield "plain with dots", ".".join(bare[at : at + 4] for at in (0, 4, 8))
    mobile = _MOBILE.fullmatch(bare)
    if mobile is not None:
        number = mobile[1]
        yield "plain without country", number
        yield "plain with country", "86" + number
        yield "plain in groups, dashes", f"{number[:3]}-{number[3:7]}-{number[7:]}"
        yield "plain in groups, spaces", f"{number[:3]} {number[3:7]} {number[7:]}"
    elif bare.isdigit() and 15 <= len(bare) <= 19:
        groups = [bare[at : at + 4] for at in range(0, len(bare), 4)]
        yield "plain in groups, spaces", " ".join(groups)
        yield "plain in groups, dashes", "-".join(groups)
        if len(bare) == 15:  # TAC, serial number, check digit (3GPP TS 23.003, clause 6.2.1)
            yield "plain in groups of an IMEI", f"{bare[:8]}-{bare[8:14]}-{bare[14]}"


def _cases(variants: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The variants in the cases that digests tell apart; names without "plain"."""
    seen: set[str] = set()
    for name, text in variants:
        bare = name.removeprefix("plain").strip()
        for case, cased in (
            ("", text),
            ("lower case", text.lower()),
            ("upper case", text.upper()),
        ):
            if cased not in seen:
                seen.add(cased)
                yield " ".join(part for part in (case, bare) if part), cased


def _plain(index: int, known: Known, name: str, text: str) -> Iterator[Form]:
    if text.isascii():
        yield Form(
            known=index,
            name=name,
            expected=text.encode("ascii"),
            caseless=True,
            edges=_edges(text),
            bits=known.bits,
        )
        return
    encodings = {
        name: "utf-8",
        f"{name} in GBK": "gbk",
        f"{name} in UTF-16": "utf-16-le",
        f"{name} in UTF-16 BE": "utf-16-be",
    }
    for shown, encoding in encodings.items():
        errors = "surrogateescape" if encoding == "utf-8" else "strict"
        try:
            encoded = text.encode(encoding, errors)
        except UnicodeEncodeError:
            continue
        yield Form(known=index, name=shown, expected=encoded, edges="", bits=known.bits)


def _raw(index: int, known: Known) -> Iterator[Form]:
    """Hexadecimal values as the bytes that they write."""
    bare = _SEPARATORS.sub("", known.value)
    if _HEX_BYTES.fullmatch(bare) and not bare.isdigit():
        raw = binascii.unhexlify(bare)
        yield Form(known=index, name="plain, raw", expected=raw, edges="", bits=known.bits)


def _numbers(index: int, known: Known) -> Iterator[Form]:
    """Identifiers as integers and packed digits."""
    bare = _SEPARATORS.sub("", known.value)
    if known.data_type not in IDENTIFIERS or known.bits < STRONG_BITS:
        return
    for name, text in numbers.as_text(bare):
        expected = text.encode()
        yield Form(
            known=index, name=f"plain, {name}", expected=expected, edges="digit", bits=known.bits
        )
    for name, raw in numbers.as_bytes(bare):
        bits = min(known.bits, 8.0 * len(raw))
        yield Form(known=index, name=f"plain, {name}", expected=raw, edges="", bits=bits)


def _cut_ends(index: int, known: Known) -> Iterator[Form]:
    """The value without its end or its beginning, as long as what is left names one phone."""
    bare = _SEPARATORS.sub("", known.value)
    if known.data_type not in IDENTIFIERS or not bare.isascii():
        return
    for from_end in (False, True):
        least = _least(bare, _COMMON_PREFIX.get(known.data_type, 0), from_end)
        if least:
            yield Form(
                known=index,
                name="plain" if bare == known.value else "plain without separators",
                expected=bare.encode(),
                least=least,
                from_end=from_end,
                caseless=True,
                edges=_edges(bare),
                bits=known.bits,
            )


def _least(bare: str, common: int, from_end: bool) -> int:
    """How many characters must be left to name one phone; 0 where all are needed.

    The beginning of an IMEI or hardware address names a model or a maker: what is left must hold
    enough beyond it.
    """
    for length in range(-(-len(bare) * 3 // 5), len(bare)):
        said = bare[max(common, len(bare) - length) :] if from_end else bare[common:length]
        if common:
            each = math.log2(10) if bare.isdigit() else 4.0
            if len(said) * each >= _STRONG_REST and len(set(said)) > 2:
                return length
        elif information(said) >= STRONG_BITS:
            return length
    return 0


_COMMON_PREFIX = {
    DataType.IMEI: 8,  # type allocation code
    DataType.MEID: 8,
    DataType.WIFI_MAC: 6,  # organisationally unique identifier
    DataType.BLUETOOTH_MAC: 6,
    DataType.ETHERNET_MAC: 6,
    DataType.WIFI_BSSID: 6,
    DataType.IMSI: 5,  # country and network
    DataType.ICCID: 6,
}
"""Leading characters that many phones have in common."""

_STRONG_REST = 19.0
"""Bits beyond a common prefix that, with the prefix, name one phone."""


def _edges(text: str) -> str:
    return "digit" if text.isdigit() else "word"
