"""Fills a small disk to its last byte."""

from pathlib import Path


def fill_disk(ballast: Path) -> None:
    """Write a file until not one byte more has room."""
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
