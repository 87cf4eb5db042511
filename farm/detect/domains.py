"""Names that somebody registered: domains, and the domains that package names are built from."""

import functools
import ipaddress

from publicsuffixlist import PublicSuffixList


@functools.cache
def _public_suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@functools.lru_cache(maxsize=4096)
def registrable_domain(host: str) -> str:
    """The domain somebody registered: `a.b.example.co.uk` -> `example.co.uk`; "" for addresses."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return str(_public_suffixes().privatesuffix(host) or "")
    return ""


def developer_domain(package: str) -> str:
    """The registrable domain a package name is built from: `cn.com.foo.app` -> "foo.com.cn"."""
    return registrable_domain(".".join(reversed(package.lower().split("."))))
