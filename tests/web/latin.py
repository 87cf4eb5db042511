"""Finds what stands untranslated on a Chinese page: sentences of Latin letters."""

import re
from html.parser import HTMLParser

_SKIPPED = frozenset({"script", "style", "code", "pre", "svg", "title"})
_VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
_SPOKEN = ("aria-label", "alt", "placeholder", "title")
# Two lower-case words in a row: names, constants and addresses are none.
_SENTENCE = re.compile(r"(?<![\w./:-])[A-Za-z]?[a-z']{1,}[,;:]? [a-z']{2,}(?![\w./:-])")


class _Page(HTMLParser):
    """Collects texts that a reader meets, but for code and what is marked as another language."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._stack: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        classes = (given.get("class") or "").split()
        hidden = (
            tag in _SKIPPED
            or "mono" in classes
            or "en" in classes
            or ((given.get("lang") or "").startswith("en") and tag != "html")
            or (bool(self._stack) and self._stack[-1][1])
        )
        if not hidden:
            self.texts += [given[name] or "" for name in _SPOKEN if given.get(name)]
        if tag not in _VOID:
            self._stack.append((tag, hidden))

    def handle_endtag(self, tag: str) -> None:
        while self._stack:
            if self._stack.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        if not (self._stack and self._stack[-1][1]):
            self.texts.append(" ".join(data.split()))


def untranslated(page: str, allowed: tuple[str, ...] = ()) -> list[str]:
    """Texts of a page that hold an English sentence.

    Args:
        allowed: what people and apps themselves said, and names that are the same everywhere.
    """
    reader = _Page()
    reader.feed(page)
    found = []
    for said in reader.texts:
        left = said
        for one in allowed:
            left = left.replace(one, "")
        if _SENTENCE.search(left):
            found.append(said)
    return found
