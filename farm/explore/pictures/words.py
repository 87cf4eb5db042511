"""Words read from a picture by RapidOCR, if it is installed (`pip install farm[ocr]`).

The one room of RapidOCR. It runs on the processor and needs no network: its models come in its
wheel.
"""

import importlib
import io
import threading
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
from PIL import Image, UnidentifiedImageError

from farm.explore.app_text import clean
from farm.explore.hierarchy import Bounds, Hierarchy, Node

_LEAST_SCORE = 0.6
_MOST_WORDS = 200
_MOST_PIXELS = 16_000_000
_FEW_LABELS = 1


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """A line of text in a picture, and where it stands."""

    text: str
    bounds: Bounds
    score: float  # 0 to 1, the reader's own confidence


Reader = Callable[[bytes], tuple[Word, ...]]


def says_nothing(hierarchy: Hierarchy, package: str) -> bool:
    """Whether an app's views tell (almost) no words although something is drawn."""
    own = [
        node
        for node in hierarchy.nodes
        if node.package == package and not node.bounds.empty and node.visible
    ]
    return bool(own) and sum(1 for node in own if node.label.strip()) <= _FEW_LABELS


def drawn_by(words: tuple[Word, ...], hierarchy: Hierarchy, package: str) -> tuple[Word, ...]:
    """The words that stand in a view of the app which holds no other view: not the status bar."""
    leaves = [
        node.bounds
        for node in hierarchy.nodes
        if node.package == package and node.end == node.index + 1 and node.visible
    ]
    found: list[Word] = []
    for word in words:
        x, y = word.bounds.centre
        if any(box.left <= x < box.right and box.top <= y < box.bottom for box in leaves):
            found.append(word)
    return tuple(found)


def with_words(hierarchy: Hierarchy, words: tuple[Word, ...], package: str) -> Hierarchy:
    """The hierarchy with each word as a view of its own, as if the app had told it.

    The views are plain ones that do not react by themselves, as web pages and game engines tell
    theirs, so that dialogs are recognised and labels found by the same rules.
    """
    nodes = list(hierarchy.nodes)
    for word in words:
        index = len(nodes)
        nodes.append(
            Node(
                index=index,
                parent=-1,
                end=index + 1,
                depth=1,
                text=word.text,
                class_name="android.view.View",
                package=package,
                bounds=word.bounds,
            )
        )
    if not words:
        return hierarchy
    # One root around them, so that they are siblings of one window.
    root = Node(
        index=0,
        parent=-1,
        end=len(nodes) + 1,
        depth=0,
        class_name="android.widget.FrameLayout",
        package=package,
        bounds=_around(nodes),
    )
    shifted = [
        msgspec.structs.replace(
            node, index=node.index + 1, parent=node.parent + 1, end=node.end + 1
        )
        for node in nodes
    ]
    return Hierarchy(nodes=(root, *shifted), problems=hierarchy.problems)


def _around(nodes: list[Node]) -> Bounds:
    return Bounds(
        min(node.bounds.left for node in nodes),
        min(node.bounds.top for node in nodes),
        max(node.bounds.right for node in nodes),
        max(node.bounds.bottom for node in nodes),
    )


@cache
def reader() -> Reader | None:
    """The function that reads pictures; None if RapidOCR is not installed."""
    try:
        module = importlib.import_module("rapidocr")
    except ImportError:
        return None
    lock = threading.Lock()  # one engine, used by one thread at a time
    engines: list[Any] = []

    def read(picture: bytes) -> tuple[Word, ...]:
        pixels = _pixels(picture)
        if pixels is None:
            return ()
        with lock:
            if not engines:
                engines.append(module.RapidOCR(params={"Global.log_level": "error"}))
            result = engines[0](pixels)
        return _words(result)

    return read


def _pixels(picture: bytes) -> Any:
    numpy = importlib.import_module("numpy")
    try:
        with Image.open(io.BytesIO(picture)) as image:
            if image.width * image.height > _MOST_PIXELS:
                return None
            return numpy.array(image.convert("RGB"))[:, :, ::-1]  # the reader takes BGR
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None


def _words(result: Any) -> tuple[Word, ...]:
    if result is None or result.boxes is None:
        return ()
    found: list[Word] = []
    for box, text, score in zip(result.boxes, result.txts, result.scores, strict=True):
        xs, ys = [float(point[0]) for point in box], [float(point[1]) for point in box]
        words = clean(str(text)).strip()
        if words and float(score) >= _LEAST_SCORE:
            bounds = Bounds(int(min(xs)), int(min(ys)), int(max(xs)), int(max(ys)))
            found.append(Word(text=words, bounds=bounds, score=round(float(score), 3)))
    found.sort(key=lambda word: (word.bounds.top, word.bounds.left))
    return tuple(found[:_MOST_WORDS])
