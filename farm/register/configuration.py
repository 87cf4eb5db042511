"""The register's configuration: sources of apps, and the policy for new versions. One YAML file.

genuine_signers: signers.yaml
sources:
- {name: inbox, kind: folder, path: /srv/apks, store: Huawei AppGallery}
- {name: gallery, kind: feed, url: https://store.example/feed.json, hosts: [cdn.store.example]}
- {name: shelf, kind: phone, serial: R58M123, store: Xiaomi, packages: ["com.example.*"]}
policy:
- {name: games, categories: [18], priority: 10, scenarios: [accept, decline]}
- {name: rest, scenarios: [accept]}
"""

import os
import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from farm.apps.engines.signers import SignerRegister
from farm.files import read_yaml
from farm.model.errors import UsageError
from farm.register.sources.begun import Begun
from farm.register.sources.download import Limits
from farm.register.sources.feed import FeedSource
from farm.register.sources.folder import FolderSource
from farm.register.sources.phone import PhoneSource
from farm.register.sources.source import Source

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_LOOKS_KEPT = 4  # largest files whose begun transfers are kept
_HOST = re.compile(r"[A-Za-z0-9.-]+(?::\d{1,5})?")

Category = Annotated[int, msgspec.Meta(ge=1, le=39)]
Megabytes = Annotated[int, msgspec.Meta(ge=1, le=8192)]


class FolderConfig(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True,
    tag="folder", tag_field="kind",
):  # fmt: skip
    """A folder that APKs are put into."""

    name: str
    path: str  # relative to the configuration
    store: str = ""
    settle_seconds: Annotated[float, msgspec.Meta(ge=0.1, le=3600)] = 2.0


class FeedConfig(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True,
    tag="feed", tag_field="kind",
):  # fmt: skip
    """An HTTP feed."""

    name: str
    url: str
    hosts: list[str] = []  # that files may come from, besides the feed's own
    store: str = ""
    token_variable: str = ""  # environment variable that holds the feed's bearer token
    largest_mb: Megabytes = 4096
    plain_http: bool = False
    private_network: bool = False


class PhoneConfig(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True,
    tag="phone", tag_field="kind",
):  # fmt: skip
    """A phone with a store's app."""

    name: str
    serial: str
    store: str
    packages: Annotated[list[str], msgspec.Meta(min_length=1)]
    largest_mb: Megabytes = 4096


class PolicyRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What becomes of new versions; the first rule that fits counts.

    Empty lists fit everything. A rule without scenarios leaves its versions out.
    """

    name: str
    packages: list[str] = []  # with `*`
    categories: list[Category] = []
    stores: list[str] = []
    developers: list[str] = []
    flagged_signer: bool | None = None
    scenarios: list[str] = []
    profiles: list[str] = []  # empty: any phone
    priority: Annotated[int, msgspec.Meta(ge=-1000, le=1000)] = 0
    repeat: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    settle_seconds: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 10.0
    grant_permissions: bool = False
    newest_only: bool = True  # of the versions that came together


class RegisterConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    sources: list[FolderConfig | FeedConfig | PhoneConfig] = []
    policy: list[PolicyRule] = []
    genuine_signers: str = ""  # path of the list, relative to the configuration


def load_register_config(path: Path) -> RegisterConfig:
    """Load and check a configuration.

    Raises:
        UsageError: names file and field, and what was expected.
    """
    config, _ = read_yaml(path, RegisterConfig)
    for field, names in (
        ("sources", [source.name for source in config.sources]),
        ("policy", [rule.name for rule in config.policy]),
    ):
        for number, name in enumerate(names):
            where = f"{path}: {field}[{number}].name"
            if not _NAME.fullmatch(name):
                raise UsageError(
                    f"{where}: {name[:80]!r}: expected up to 40 letters, digits, dots, dashes and "
                    "underscores"
                )
            if name in names[:number]:
                raise UsageError(f"{where}: {name!r} stands there twice")
    for number, source in enumerate(config.sources):
        if isinstance(source, FeedConfig):
            _check_feed(f"{path}: sources[{number}]", source)
    return config


def _check_feed(where: str, feed: FeedConfig) -> None:
    parts = urlsplit(feed.url)
    schemes = ("https", "http") if feed.plain_http else ("https",)
    if parts.scheme not in schemes or not parts.hostname:
        raise UsageError(f"{where}.url: expected an https:// address, got {feed.url[:200]!r}")
    if parts.username is not None:
        raise UsageError(f"{where}.url: no password in it; name token_variable")
    for host in feed.hosts:
        if not _HOST.fullmatch(host):
            raise UsageError(f"{where}.hosts: {host[:80]!r}: expected a host, or host:port")


def open_source(
    config: FolderConfig | FeedConfig | PhoneConfig, base: Path, begun: Path | None = None
) -> Source:
    """The source that a configuration names.

    Args:
        base: folder that relative paths are meant from.
        begun: folder of transfers that wait for the next look; without it each begins anew.

    Raises:
        UsageError: the variable with its token is not set.
    """
    if isinstance(config, FolderConfig):
        return FolderSource(
            config.name, base / config.path, store=config.store, settle=config.settle_seconds
        )
    if isinstance(config, PhoneConfig):
        return PhoneSource(
            config.name,
            config.serial,
            store=config.store,
            patterns=config.packages,
            largest=config.largest_mb << 20,
        )
    token = os.environ.get(config.token_variable, "") if config.token_variable else ""
    if config.token_variable and not token:
        raise UsageError(
            f"source {config.name}: environment variable {config.token_variable} is not set"
        )
    own = urlsplit(config.url).netloc
    limits = Limits(
        {own, *config.hosts},
        largest=config.largest_mb << 20,
        plain=config.plain_http,
        private=config.private_network,
    )
    waiting = Begun(begun, _LOOKS_KEPT * limits.largest) if begun is not None else None
    return FeedSource(
        config.name, config.url, store=config.store, limits=limits, token=token, begun=waiting
    )


def genuine_signers(config: RegisterConfig, base: Path) -> SignerRegister:
    """The list of genuine signers that a configuration names; an empty one where it names none.

    Raises:
        UsageError: the list cannot be read.
    """
    if not config.genuine_signers:
        return SignerRegister()
    return SignerRegister.load(base / config.genuine_signers)
