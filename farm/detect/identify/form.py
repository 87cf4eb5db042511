"""One form of a known value: the bytes, how much of them must be there, and what may touch them."""

import msgspec


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """One form of a known value: `expected` in full, of which `least` bytes are searched for."""

    known: int  # index into the list of known values
    name: str  # "plain", "sha256", "md5 of upper case"
    expected: bytes
    least: int = 0  # this many leading bytes (trailing with `from_end`) suffice; 0: all
    from_end: bool = False
    whole: bool = False  # all of it must be there; `least` only keeps the pattern short
    caseless: bool = False
    edges: str  # which characters may not touch it: "digit", "word", "hex", ""
    bits: float  # information in all of `expected`
    transforms: tuple[int, ...] = ()  # ordinals of the `Transform` events that made it
    inner: tuple[str, ...] = ()  # decode path of the value in the first transform's input

    @property
    def pattern(self) -> bytes:
        """What is searched for."""
        if not self.least:
            return self.expected
        return self.expected[-self.least :] if self.from_end else self.expected[: self.least]
