"""Which characters a buffer is made of: UTF-8, UTF-16, older encodings of Chinese, or none."""

from enum import Enum

from farm.detect.decode.node import Budget, Piece

_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))
_SAMPLE = 4096


class Kind(Enum):
    """What a buffer is made of."""

    UTF8 = "text in UTF-8"
    OLDER = "text in an older encoding of Chinese"
    BINARY = "anything else"


def kind_of(data: bytes) -> Kind:
    """What a buffer is made of, from its beginning."""
    sample = data[:_SAMPLE]
    if len(sample.translate(None, _CONTROL)) != len(sample):
        return Kind.BINARY
    if sample.isascii():
        return Kind.UTF8
    try:
        sample.decode()
    except UnicodeDecodeError as error:
        if error.start >= len(sample) - 3 and len(data) > len(sample):
            return Kind.UTF8
        older = _older(sample) is not None or _older(sample[:-1]) is not None
        return Kind.OLDER if older else Kind.BINARY
    return Kind.UTF8


def is_whole_text(data: bytes, zeros: int = 0) -> bool:
    """Whether a buffer is text in UTF-8 from its beginning to its end, but for some zeros."""
    if len(data.translate(None, _CONTROL)) != len(data) - zeros:
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


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
    return (
        [Piece("utf-16", plain)]
        if kind_of(plain) is Kind.UTF8 and budget.take(len(plain))
        else None
    )


def _zeros(high: bytes, low: bytes) -> bool:
    """Whether at least half of one byte of each pair is zero, and none of the other."""
    return high.count(0) * 2 >= len(high) and 0 not in low
