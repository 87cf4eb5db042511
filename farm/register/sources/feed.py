"""An HTTP feed of apps: one JSON document that a store publishes, read again when it changed.

The document is `farm-feed/1`: `{"schema": "farm-feed/1", "store": NAME, "apps": [...]}`, each app
with `package`, `version_code`, `files` (`url`, `sha256`, `size`; base APK first) and, where known,
`version_name`, `label`, `developer`, `contact`, `product_line` and `category`.
"""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from farm.model.errors import UsageError
from farm.register.sources.begun import Begun
from farm.register.sources.download import Downloader, Limits
from farm.register.sources.source import Entry, Look, SourceUnavailable
from farm.register.values import Listing

_LARGEST_FEED = 64 << 20
_MOST_APPS = 200_000

Text = Annotated[str, msgspec.Meta(max_length=2000)]


class FeedFile(msgspec.Struct, frozen=True, kw_only=True):
    """One APK of an app."""

    url: Text
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    size: Annotated[int, msgspec.Meta(ge=1)]


class FeedApp(msgspec.Struct, frozen=True, kw_only=True):
    """One version of an app."""

    package: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    version_code: Annotated[int, msgspec.Meta(ge=0)]
    files: Annotated[list[FeedFile], msgspec.Meta(min_length=1, max_length=200)]
    version_name: Text = ""
    label: Text = ""
    developer: Text = ""
    contact: Text = ""
    product_line: Text = ""
    category: Annotated[int, msgspec.Meta(ge=1, le=39)] | None = None


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """The document."""

    schema: Literal["farm-feed/1"]
    apps: Annotated[list[FeedApp], msgspec.Meta(max_length=_MOST_APPS)]
    store: Text = ""


_FEED = msgspec.json.Decoder(Feed)


def feed_schema() -> bytes:
    """The document's JSON Schema, for those who publish a feed."""
    schema = msgspec.json.schema(Feed) | {"$id": "urn:farm:farm-feed/1", "title": "farm feed"}
    return msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"


class FeedSource:
    """Apps that a store's feed lists.

    Args:
        url: of the document.
        limits: which hosts may be asked, for the document and for the files in it.
        token: bearer token for the document's host; empty: none.
        begun: where transfers wait for the next look that did not end in this one.
    """

    kind = "feed"

    def __init__(
        self,
        name: str,
        url: str,
        *,
        store: str,
        limits: Limits,
        token: str = "",
        begun: Begun | None = None,
    ) -> None:
        self.name = name
        self._url = url
        self._store = store
        authority = url.split("//", 1)[-1].split("/", 1)[0]
        self._downloader = Downloader(limits, token=token, token_host=authority, begun=begun)
        self._files: dict[tuple[str, str], list[FeedFile]] = {}

    async def __aenter__(self) -> "FeedSource":
        await self._downloader.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._downloader.__aexit__(*error)

    async def look(self, memory: dict[str, str]) -> Look:
        """List the feed's apps; none where the server says that nothing changed."""
        headers = {"Accept": "application/json"}
        if tag := memory.get("etag"):
            headers["If-None-Match"] = tag
        if modified := memory.get("last_modified"):
            headers["If-Modified-Since"] = modified
        status, answered, data = await self._downloader.get(self._url, headers, _LARGEST_FEED)
        if status == 304:
            return Look(entries=[], memory=memory)
        if status != 200:
            raise SourceUnavailable(f"source {self.name}: {self._url}: HTTP {status}")
        try:
            feed = _FEED.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise UsageError(f"source {self.name}: {self._url}: no farm-feed/1: {error}") from error
        self._files = {}
        entries = [self._entry(feed, app) for app in feed.apps]
        kept = {
            "etag": answered.get("etag", ""),
            "last_modified": answered.get("last-modified", ""),
        }
        return Look(entries=entries, memory={name: value for name, value in kept.items() if value})

    def _entry(self, feed: Feed, app: FeedApp) -> Entry:
        # The same version may be offered in several builds: each of its own digest.
        reference = f"{app.package} {app.version_code} {app.files[0].sha256[:16]}"
        mark = " ".join(file.sha256 for file in app.files)
        self._files[reference, mark] = app.files
        return Entry(
            reference=reference,
            mark=mark,
            package=app.package,
            version_code=app.version_code,
            listing=Listing(
                store=self._store or feed.store,
                source=self.name,
                reference=app.files[0].url,
                label=app.label,
                developer=app.developer,
                contact=app.contact,
                product_line=app.product_line,
                category=app.category,
            ),
            sha256=tuple(file.sha256 for file in app.files),
        )

    async def fetch(self, entry: Entry, folder: Path) -> tuple[Path, ...]:
        """Download the app's files."""
        paths: list[Path] = []
        for number, file in enumerate(self._files[entry.reference, entry.mark]):
            target = folder / f"{number:03d}.apk"
            await self._downloader.file(file.url, target, size=file.size, sha256=file.sha256)
            paths.append(target)
        return tuple(paths)

    async def set_aside(self, entry: Entry, why: str) -> None:
        """Nothing of it was kept; the register's list of refused apps says why."""
