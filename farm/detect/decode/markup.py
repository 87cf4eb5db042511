"""XML by lxml's event parser: no tree is built, nothing is fetched, and no entity is declared.

The document type is taken out before the parser sees it and searched by itself, so that entities
can neither multiply nor name files.
"""

import re

from lxml import etree

from farm.detect.decode.node import Budget, Piece, shorten

_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|!DOCTYPE|!--|[A-Za-z_][\w.:\-]*[\s/>])")
_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[>]*+(?:\[(?:[^\]\"']|\"[^\"]*+\"|'[^']*+')*+\]\s*+)?+>")
_LARGEST = 32 << 20
_DEEPEST = 200


class _Bound(Exception):
    """Raised out of the parser where the bounds are reached."""


def xml(data: bytes, budget: Budget) -> list[Piece] | None:
    """XML 1.0, also broken: texts, attributes and comments, each with its place as an XPath."""
    if len(data) > _LARGEST or _XML.match(data) is None:
        return None
    collector = _Collector(budget)
    parser = etree.XMLParser(
        target=collector,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
    )
    try:
        doctype = _DOCTYPE.search(data)
        if doctype is not None:
            collector.raw("doctype", doctype[0])
            data = data[: doctype.start()] + data[doctype.end() :]
        parser.feed(data)
        parser.close()
    except (etree.LxmlError, _Bound, ValueError, AssertionError):
        pass  # what came before counts
    return collector.pieces or None


class _Collector:
    """Receives the parser's events."""

    def __init__(self, budget: Budget) -> None:
        self.pieces: list[Piece] = []
        self._budget = budget
        self._path: list[str] = []
        self._seen: list[dict[str, int]] = [{}]
        self._text: list[str] = []

    def raw(self, name: str, data: bytes) -> None:
        """Something the parser shall not see."""
        if not self._budget.take(len(data)):
            raise _Bound
        self.pieces.append(Piece(f"xml {name}", data))

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._flush()
        name = tag.rpartition("}")[2]
        count = self._seen[-1].get(name, 0) + 1
        self._seen[-1][name] = count
        self._path.append(name if count == 1 else f"{name}[{count}]")
        self._seen.append({})
        if len(self._path) > _DEEPEST:
            self._budget.note("nested deeper than the decoding bound")
            raise _Bound
        for key, value in attributes.items():
            self._add(f"/@{key.rpartition('}')[2]}", value)

    def end(self, _tag: str) -> None:
        """An element ends."""
        self._flush()
        if self._path:
            self._path.pop()
            self._seen.pop()

    def data(self, text: str) -> None:
        """Text, in pieces as the parser likes."""
        self._text.append(text)

    def comment(self, text: str) -> None:
        """A comment."""
        self._add("/comment()", text)

    def pi(self, target: str, data: str | None = None) -> None:
        """A processing instruction."""
        self._add(f"/{target}()", data or "")

    def close(self) -> None:
        """The document ends."""
        self._flush()

    def _flush(self) -> None:
        text = "".join(self._text).strip()
        self._text.clear()
        self._add("", text)

    def _add(self, suffix: str, text: str) -> None:
        if not text:
            return
        data = text.encode("utf-8", "surrogatepass")
        if not self._budget.take(len(data)):
            raise _Bound
        self.pieces.append(Piece(shorten(f"xml /{'/'.join(self._path)}{suffix}"), data))
