"""Content URIs, and the tables that they lead to."""

from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from farm.twin.contracts import ContentError


class ContentUri(NamedTuple):
    """A content URI taken apart."""

    text: str
    authority: str
    path: list[str]
    parameters: dict[str, str]

    @property
    def sync_adapter(self) -> bool:
        """Whether its user says to be a sync adapter."""
        return self.parameters.get("caller_is_syncadapter") in ("true", "1")


class Target(NamedTuple):
    """A table or view, and which of its rows a URI means."""

    table: str
    only: str = ""

    def where(self, selection: str) -> str:
        """The URI's own condition with the caller's."""
        return " AND ".join(f"({one})" for one in (self.only, selection) if one)


def parse(text: str) -> ContentUri | None:
    """None if it is no content URI."""
    try:
        parts = urlsplit(text[:2000])
    except ValueError:
        return None
    if parts.scheme != "content" or not parts.netloc:
        return None
    path = [unquote(part) for part in parts.path.split("/") if part]
    parameters = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return ContentUri(text[:2000], parts.netloc, path, parameters)


def unknown(uri: ContentUri) -> ContentError:
    """What a provider says of a URI that it does not know."""
    return ContentError("java.lang.IllegalArgumentException", f"Unknown URL {uri.text}")
