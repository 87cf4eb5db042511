"""Takes messages out of what holds them together: multipart, chunks, gRPC frames, ZIP archives."""

import io
import quopri
import re
import zipfile
import zlib
from collections.abc import Iterator

from farm.detect.decode.node import Budget, Piece, pieces_of, readable

_MULTIPART = re.compile(rb"(?:\r?\n)?--([^\r\n]{1,200})\r?\n")
_DISPOSITION_NAME = re.compile(rb'name="([^"]{0,200})"', re.IGNORECASE)
_QUOTED_PRINTABLE = re.compile(rb"content-transfer-encoding:\s*quoted-printable", re.IGNORECASE)
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,200})?\r\n")
_MOST_MEMBERS = 10_000


def multipart(data: bytes, budget: Budget) -> list[Piece] | None:
    """RFC 2046 section 5.1, by its first boundary line; a last part that is cut off counts."""
    found = _MULTIPART.match(data)
    if found is None or data.count(b"--" + found[1]) < 2:
        return None
    return pieces_of(_parts(data, b"--" + found[1]), budget)


def _parts(data: bytes, boundary: bytes) -> Iterator[tuple[str, bytes]]:
    for index, part in enumerate(data.split(boundary)[1:]):
        if part.startswith(b"--"):
            continue
        head, found, content = part.lstrip(b"\r\n").partition(b"\r\n\r\n")
        if not found:
            head, found, content = part.lstrip(b"\n").partition(b"\n\n")
        name = _DISPOSITION_NAME.search(head)
        shown = readable(name[1]) if name else str(index)
        yield f"multipart {shown} header", head
        content = content.removesuffix(b"\n").removesuffix(b"\r")
        if _QUOTED_PRINTABLE.search(head):
            content = quopri.decodestring(content)
        yield f"multipart {shown}", content


def chunked(data: bytes, budget: Budget) -> list[Piece] | None:
    """RFC 9112 section 7.1: a body still in its chunks."""
    if not b"0" <= data[:1] <= b"f":
        return None
    chunks: list[bytes] = []
    position = 0
    while (head := _CHUNK.match(data, position)) is not None:
        size = int(head[1], 16)
        if size == 0:
            body = b"".join(chunks)
            return [Piece("chunked", body)] if chunks and budget.take(len(body)) else None
        end = head.end() + size
        if data[end : end + 2] != b"\r\n":
            return None
        chunks.append(data[head.end() : end])
        position = end + 2
    return None


def grpc(data: bytes, budget: Budget) -> list[Piece] | None:
    """Length-prefixed messages of gRPC over HTTP/2, and the trailer frame of gRPC-Web."""
    frames: list[tuple[str, bytes]] = []
    position = 0
    while position < len(data):
        if len(data) - position < 5 or data[position] not in {0, 1, 0x80}:
            return None
        size = int.from_bytes(data[position + 1 : position + 5])
        end = position + 5 + size
        if end > len(data):
            return None
        step = f"grpc message {len(frames)}"
        frames.append((step, data[position + 5 : end]))
        position = end
        if len(frames) > _MOST_MEMBERS:
            budget.note("more frames than the decoding bound")
            break
    return pieces_of(iter(frames), budget) if any(content for _, content in frames) else None


def archive(data: bytes, budget: Budget) -> list[Piece] | None:
    """Members of a ZIP archive, such as logs are sent in (APPNOTE 6.3.10), and their names."""
    if not data.startswith(b"PK\x03\x04"):
        return None
    pieces: list[Piece] = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            for index, member in enumerate(opened.infolist()):
                if index >= _MOST_MEMBERS:
                    budget.note("more archive members than the decoding bound")
                    break
                name = member.filename[:80]
                with opened.open(member) as file:
                    content = file.read(budget.bytes_left + 1)
                if len(content) > budget.bytes_left:
                    budget.note("compressed data larger than the decoding bound")
                    content = content[: budget.bytes_left]
                if not budget.take(len(content)):
                    break
                pieces.append(Piece("zip member name", member.filename.encode("utf-8", "replace")))
                pieces.append(Piece(f"zip {name}", content))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError, EOFError, OSError):
        return pieces or None  # RuntimeError: a password is needed
    except zlib.error:
        return pieces or None
    return pieces or None
