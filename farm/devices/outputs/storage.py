"""Reads `df`: of toolbox (Android 5 to 7: sizes with a letter) and of toybox (KiB)."""

import re

_LETTERS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)([KMGT]?)")


def read_free(output: str, mount: str = "/data") -> int | None:
    """Return the free bytes of the filesystem at `mount`; None if the text does not say.

    `df DIR` on toybox names the mount point of the filesystem, which need not be DIR; so a listing
    of one filesystem only is taken for the one that was asked for.
    """
    lines = [line.split() for line in output.replace("\r", "").splitlines() if line.strip()]
    head = next((i for i, words in enumerate(lines) if words[0] == "Filesystem"), None)
    if head is None:
        return None
    old = "Blksize" in lines[head]
    rows = [words for words in lines[head + 1 :] if len(words) >= (4 if old else 6)]
    wanted = [words for words in rows if (words[0] if old else words[5]) == mount]
    chosen = wanted or (rows if len(rows) == 1 else [])
    if not chosen:
        return None
    found = _SIZE.fullmatch(chosen[0][3])
    if found is None:
        return None
    unit = _LETTERS[found[2]] if found[2] or old else _block(lines[head])
    return int(float(found[1]) * unit)


def _block(head: list[str]) -> int:
    """Bytes of one block as the headline says: "1K-blocks", "1024-blocks", "512-blocks"."""
    found = re.match(r"(\d+)(K?)-blocks", head[1]) if len(head) > 1 else None
    return 1024 if found is None else int(found[1]) * (1024 if found[2] else 1)
