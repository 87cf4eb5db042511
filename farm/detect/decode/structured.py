"""Takes structured text apart: JSON, forms, multipart, cookies, each piece with its key."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

from farm.detect.decode.node import Budget, Decoded, pieces_of

_FORM = re.compile(
    rb"[A-Za-z0-9_.\-\[\]%]{1,200}=[^&\s\"<>{}]*(?:&[A-Za-z0-9_.\-\[\]%]{1,200}=[^&\s]*)*"
)
_MULTIPART = re.compile(rb"^(?:\r\n)?--([^\r\n]{1,200})\r?\n")
_DISPOSITION_NAME = re.compile(rb'name="([^"]{0,200})"', re.IGNORECASE)


class _Pairs(list[tuple[str, Any]]):
    """A JSON object with its keys in order, also where a key comes twice."""


def json_text(data: bytes, budget: Budget) -> Decoded | None:
    """RFC 8259. Numbers keep their digits as written; keys are pieces too."""
    head = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if head not in {b"{", b"[", b'"'}:
        return None
    try:
        parsed = json.loads(
            data.decode("utf-8-sig", "surrogateescape"),
            object_pairs_hook=_Pairs,
            parse_int=str,
            parse_float=str,
            parse_constant=str,
            strict=False,
        )
    except (ValueError, RecursionError):
        return None
    pieces = pieces_of(_json_leaves(parsed), budget)
    return Decoded(pieces, whole=not budget.cut)


def _json_leaves(parsed: Any) -> Iterator[tuple[str, bytes]]:
    stack: list[tuple[str, Any]] = [("$", parsed)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, _Pairs):
            for key, member in reversed(value):
                shown = f".{key}" if key.isidentifier() else f"[{key[:80]!r}]"
                stack.append((path[:400] + shown, member))
                if len(key) >= 6:
                    yield f"json key of {path}", _bytes(key)
        elif isinstance(value, list):
            stack += [
                (f"{path[:400]}[{index}]", value[index]) for index in range(len(value) - 1, -1, -1)
            ]
        elif isinstance(value, str):
            yield f"json {path}", _bytes(value)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def form(data: bytes, budget: Budget) -> Decoded | None:
    """`application/x-www-form-urlencoded` (WHATWG URL standard, section 5)."""
    stripped = data.strip()
    if len(stripped) > 4 << 20 or not stripped.rstrip(b"=").count(b"="):  # `Zm9v==` is base64
        return None
    if not _FORM.fullmatch(stripped):
        return None
    return Decoded(pieces_of(form_fields(stripped, "form"), budget), whole=False)


def form_fields(data: bytes, step: str) -> Iterator[tuple[str, bytes]]:
    """Yield each field of a query or form under `step NAME`, plus signs both ways."""
    for field in data.split(b"&"):
        key, _, value = field.partition(b"=")
        name = f"{step} {_text(unquote_to_bytes(key))}"
        if len(key) >= 6:
            yield f"{step} key", unquote_to_bytes(key)
        yield name, unquote_to_bytes(value)
        if b"+" in value:
            yield name, unquote_to_bytes(value.replace(b"+", b" "))


def multipart(data: bytes, budget: Budget) -> Decoded | None:
    """RFC 2046 multipart, found by its first boundary line."""
    found = _MULTIPART.match(data)
    if found is None or data.count(b"--" + found[1]) < 2:
        return None
    return Decoded(pieces_of(_parts(data, b"--" + found[1]), budget), whole=False)


def _parts(data: bytes, boundary: bytes) -> Iterator[tuple[str, bytes]]:
    for index, part in enumerate(data.split(boundary)[1:-1]):
        head, found, content = part.lstrip(b"\r\n").partition(b"\r\n\r\n")
        if not found:
            head, found, content = part.lstrip(b"\n").partition(b"\n\n")
        name = _DISPOSITION_NAME.search(head)
        shown = _text(name[1]) if name else str(index)
        yield f"multipart {shown} header", head
        yield f"multipart {shown}", content.removesuffix(b"\r\n")


def cookie_pairs(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield each cookie of a `Cookie` header (RFC 6265 section 4.2)."""
    for pair in data.split(b";"):
        key, _, value = pair.strip().partition(b"=")
        yield _text(key), value.strip().strip(b'"')


def _text(data: bytes) -> str:
    return data[:200].decode("utf-8", "backslashreplace")
