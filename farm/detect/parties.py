"""Who made a call (by Java stack) and who received a request (by host name).

Every answer names the fact it stands on. Nobody is called a third party for being unknown.
"""

import functools
import ipaddress
import re

import msgspec
from publicsuffixlist import PublicSuffixList

from farm.detect.rules import Rules, Sdk
from farm.model.finding import Party
from farm.model.session import App

# Runtime and libraries through which everybody's calls pass: they are never the caller.
_FRAMEWORK = (
    "java.",
    "javax.",
    "jdk.",
    "sun.",
    "com.sun.",
    "android.",
    "androidx.",
    "com.android.internal.",
    "com.android.org.",
    "com.android.okhttp.",
    "com.android.server.",
    "dalvik.",
    "libcore.",
    "kotlin.",
    "kotlinx.",
    "scala.",
    "okhttp3.",
    "okio.",
    "retrofit2.",
    "io.reactivex.",
    "rx.",
    "dagger.",
    "org.apache.http.",
    "org.json.",
)
_FRAME = re.compile(r"^\s*(?:at )?([\w$.]+)\.([\w$<>]+)\s*(?:\(|$)")


class Caller(msgspec.Struct, frozen=True):
    """Whose code made a call, and whether that is read off the stack or inferred."""

    party: Party
    certain: bool


class Parties:
    """Attribution for one app under one set of rules."""

    def __init__(self, app: App, rules: Rules) -> None:
        self._app = app
        self._developer = developer_domain(app.package)
        self._prefixes: dict[str, tuple[str, str, bool, str]] = {}
        self._domains: dict[str, list[Sdk]] = {}
        for sdk in rules.catalogue.sdks:
            for prefix in sdk.prefixes:
                third = developer_domain(prefix) != self._developer
                stands = f"sdk catalogue {sdk.id} (stack prefix {prefix})"
                self._prefixes.setdefault(prefix, (sdk.name, sdk.id, third, stands))
            for domain in sdk.domains:
                self._domains.setdefault(domain, []).append(sdk)
        self._own_domains: set[str] = set()
        self._third_domains: dict[str, str] = {}
        for own in rules.parties.own:
            if own.packages and app.package not in own.packages:
                continue
            self._own_domains.update(domain.lower() for domain in own.domains)
            for prefix in own.prefixes:
                stands = f"operator's list (own code {prefix})"
                self._prefixes[prefix] = (app.label or app.package, "", False, stands)
        for party in rules.parties.third:
            for domain in party.domains:
                self._third_domains[domain.lower()] = party.name
            for prefix in party.prefixes:
                stands = f"operator's list (stack prefix {prefix})"
                self._prefixes[prefix] = (party.name, f"operator:{prefix}", True, stands)

    def caller(self, stack: list[str]) -> Caller:
        """Whose code made a call: the owner of the innermost frame that is not the runtime's.

        Frames that belong to nobody known are passed over towards the outside; what is found
        beyond them is an inference.
        """
        passed = ""
        for frame in stack:
            name = class_of(frame)
            if name is None or name.startswith(_FRAMEWORK) or name.startswith("$Proxy"):
                continue
            owner = self._owner(name)
            if owner is not None:
                if passed:
                    source = f"{owner.source}; inner frames of unknown owner ({passed})"
                    owner = msgspec.structs.replace(owner, source=source)
                return Caller(owner, certain=not passed)
            passed = passed or name[:120]
        if passed:
            source = f"no frame of a known SDK or of {self._app.package} (innermost: {passed})"
        else:
            source = "no Java frame of an app on the stack"
        return Caller(self._own_code(f"{source}: counted as the app's own code"), certain=False)

    def _owner(self, class_name: str) -> Party | None:
        own = _has_prefix(class_name, self._app.package)
        prefix = class_name
        while prefix:
            found = self._prefixes.get(prefix)
            if found is not None and not (own and len(prefix) <= len(self._app.package)):
                name, sdk, third, source = found
                return Party(name=name, sdk=sdk, third=third, source=source)
            prefix = prefix.rpartition(".")[0]
        if own:
            return self._own_code(f"stack prefix is the app's package {self._app.package}")
        return None

    def _own_code(self, source: str) -> Party:
        return Party(name=self._app.label or self._app.package, third=False, source=source)

    def own(self, source: str) -> Party:
        """The app as a whole, where it is not known which part of it acted."""
        return self._own_code(source)

    def receiver(self, host: str, address: str = "") -> Party:
        """Who receives at a host name or address; `third` only where a fact says so."""
        host = host.lower().rstrip(".")
        domain = registrable_domain(host)
        own = _longest_suffix(host, self._own_domains)
        third = _longest_suffix(host, self._third_domains)
        if third and len(third) > len(own):
            source = f"operator's list (domain {third})"
            name = self._third_domains[third]
            return Party(name=name, domain=domain, third=True, source=source)
        if own:
            source = f"operator's list (own domain {own})"
            return Party(name=self._developer_name(), domain=domain, third=False, source=source)
        if domain and domain == self._developer:
            source = f"domain {domain} is the app's package {self._app.package} reversed"
            return Party(name=self._developer_name(), domain=domain, third=False, source=source)
        listed = _longest_suffix(host, self._domains)
        if listed:
            return self._listed(domain, listed)
        return Party(
            name=domain or host,
            domain=domain,
            third=False,
            source="owner of the receiver is not known: not called a third party",
        )

    def _listed(self, domain: str, listed: str) -> Party:
        sdks = self._domains[listed]
        vendors = sorted({sdk.vendor for sdk in sdks})
        fact = f"sdk catalogue {', '.join(sdk.id for sdk in sdks[:4])} (domain {listed})"
        same_developer = bool(self._developer) and any(
            developer_domain(prefix) == self._developer for sdk in sdks for prefix in sdk.prefixes
        )
        other = f"and {domain} is not the domain of {self._app.package}"
        if same_developer:
            other = f"but the app's package {self._app.package} is of the same developer"
        return Party(
            name=" / ".join(vendors[:3]),
            domain=domain,
            sdk=sdks[0].id if len(sdks) == 1 else "",
            third=not same_developer,
            source=f"{fact}, {other}",
        )

    def _developer_name(self) -> str:
        return self._app.label or self._app.package


def class_of(frame: str) -> str | None:
    """The class of a stack frame such as `com.example.Foo$1.run(Foo.java:12)`."""
    found = _FRAME.match(frame[:1000])
    return found[1] if found else None


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


def _has_prefix(class_name: str, prefix: str) -> bool:
    # On a class-name boundary: com.example.app owns com.example.app.Foo, not com.example.apps.
    return class_name == prefix or class_name.startswith((prefix + ".", prefix + "$"))


def developer_domain(package: str) -> str:
    """The registrable domain a package name is built from: `cn.com.foo.app` -> "foo.com.cn"."""
    return registrable_domain(".".join(reversed(package.lower().split("."))))


def _longest_suffix(host: str, domains: "set[str] | dict[str, str] | dict[str, list[Sdk]]") -> str:
    rest = host
    while rest:
        if rest in domains:
            return rest
        rest = rest.partition(".")[2]
    return ""
