"""Hides values of identifiers, and makes text that apps chose harmless to look at.

Escaping for HTML is the template's business; here control and bidirectional characters are made
visible and known or identifier-like values are cut to their first and last two characters.
"""

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote

_LONGEST = 2000
_MOST_SECRETS = 5000
_NAMED = 8  # characters of a value that is looked for in names
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
# What looks like an identifier although no match says so: long digit or hex runs, addresses.
_LOOKS_SECRET = re.compile(
    r"(?<![0-9A-Za-z])(?:"
    r"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}"
    r"|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
    r"|(?=[0-9A-Za-z+/_-]*[0-9])[0-9A-Za-z+/_-]{20,}={0,2}"
    r"|(?=[0-9A-Fa-f]*[0-9])[0-9A-Fa-f]{8,}"
    r")(?![0-9A-Za-z])"
)
_VALUE_IN_QUERY = re.compile(r"([?&;][^=&;]{0,200}=)([^&;#]{1,2000})")


def visible(text: str, longest: int = _LONGEST) -> str:
    """Return the text with control and bidirectional characters as escapes, bounded."""
    shown = [
        ascii(character)[1:-1] if unicodedata.category(character) in _HIDDEN else character
        for character in text[: longest + 1]
    ]
    line = "".join(shown)
    return line if len(line) <= longest else line[: longest - 1] + "…"


def mask(value: str) -> str:
    """Return the first and last two characters of a value; nothing of a short one."""
    if len(value) <= 6:
        return "•" * max(4, len(value))
    return f"{value[:2]}{'•' * min(len(value) - 4, 10)}{value[-2:]}"


def _any_of(forms: set[str]) -> re.Pattern[str] | None:
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    whole = "|".join(re.escape(form) for form in longest_first)
    return re.compile(whole, re.IGNORECASE) if whole else None


class Masker:
    """Masks the values of one analysis wherever they may stand; `show` lets them through."""

    def __init__(self, secrets: Iterable[str], *, show: bool) -> None:
        self.show = show
        forms: set[str] = set()
        for secret in secrets:
            bare = re.sub(r"[\s:\-._]", "", secret)
            for form in (secret, bare, quote(secret, safe="")):
                if len(form) >= 4:
                    forms.add(form.lower())
            if len(forms) > _MOST_SECRETS:
                break
        self._known = _any_of(forms)
        # A host may carry an identifier; a maker's name that an app read is no part of one.
        self._in_names = _any_of(
            {form for form in forms if len(form) >= _NAMED and re.search("[0-9]", form)}
        )

    def value(self, value: str) -> str:
        """A value itself."""
        return visible(value) if self.show else visible(mask(value))

    def text(self, text: str) -> str:
        """Free text in which values may stand."""
        if self.show:
            return visible(text)
        if self._known is not None:
            text = self._known.sub(lambda found: mask(found[0]), text[: 4 * _LONGEST])
        return visible(_LOOKS_SECRET.sub(lambda found: mask(found[0]), text))

    def name(self, text: str) -> str:
        """A name in which an identifier may stand, as a host's or a phone's; else as it is."""
        if self.show or self._in_names is None:
            return visible(text)
        return visible(self._in_names.sub(lambda found: mask(found[0]), text[: 4 * _LONGEST]))

    def url(self, url: str) -> str:
        """A URL: keys stay, every value of the query is masked."""
        if self.show:
            return visible(url)
        return self.text(_VALUE_IN_QUERY.sub(lambda found: found[1] + mask(found[2]), url))
