"""Judges recordings as another machine may: run in a process of its own by `test_batch`.

`python -m tests.detect.elsewhere JOBS forwards|backwards PARTIES OUTPUT FOLDER...`; folders are
listed in that order, as a file system may.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from farm.detect.batch import judge_folders


class _Backwards:
    """What `os.scandir` gives, the last name first."""

    def __init__(self, *where: Any) -> None:
        with _scandir(*where) as found:
            self._entries = sorted(found, key=lambda entry: entry.name, reverse=True)

    def __enter__(self) -> Iterator[os.DirEntry[str]]:
        return iter(self._entries)

    def __exit__(self, *_: object) -> None:
        self._entries.clear()

    def __iter__(self) -> Iterator[os.DirEntry[str]]:
        return iter(self._entries)


_scandir, _listdir = os.scandir, os.listdir


def _list_backwards(*where: Any) -> list[str]:
    return sorted(_listdir(*where), reverse=True)


def main(jobs: str, order: str, parties: str, output: str, *folders: str) -> None:
    """Judge all; exit with 1 where one could not be judged."""
    if order == "backwards":
        os.scandir = _Backwards  # type: ignore[assignment]
        os.listdir = _list_backwards  # type: ignore[assignment]
    judged = judge_folders(
        [Path(folder) for folder in folders],
        jobs=int(jobs),
        parties=Path(parties),
        output=Path(output),
    )
    sys.exit(any(one.error for one in list(judged)))


if __name__ == "__main__":
    main(*sys.argv[1:])
