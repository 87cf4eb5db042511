"""Who made a call (by Java stack) and who received a request (by host name).

Every answer names the fact it stands on. Nobody is called a third party for being unknown.
"""

import functools
import ipaddress
from collections.abc import Iterator

import msgspec
from publicsuffixlist import PublicSuffixList

from farm.detect.organisations import Organisation
from farm.detect.rules import Rules, Sdk
from farm.detect.stacks import (
    class_of,
    is_obfuscated,
    is_wrapper,
    leads_to_wrapper,
    obfuscated_below,
    plain_name,
)
from farm.model.finding import Party
from farm.model.session import App

UNKNOWN = "unknown"
# Last parts of packages that tell nothing of whose they are.
_COMMON = frozenset(
    {"activities", "activity", "app", "home", "launcher", "main", "page", "splash", "ui", "view"}
)


# Under their names the code of many people lies, so that they make nobody the same developer.
_HOSTING = frozenset({"bitbucket.org", "gitee.com", "github.com", "gitlab.com", "sourceforge.net"})


class Caller(msgspec.Struct, frozen=True):
    """Whose code made a call, and whether that is read off the stack or inferred."""

    party: Party
    certain: bool


class Parties:
    """Attribution for one app under one set of rules."""

    def __init__(self, app: App, rules: Rules) -> None:
        self._app = app
        self._developer = developer_domain(app.package)
        self._directory = rules.directory
        self._countries = rules.countries
        self._organisation = rules.directory.of_package(app.package)
        self._prefixes: dict[str, tuple[str, str, bool, str]] = {}
        self._domains: dict[str, list[Sdk]] = {}
        for sdk in rules.catalogue.sdks:
            for prefix in sdk.prefixes:
                third = not self._same_developer(prefix)
                stands = f"sdk catalogue {sdk.id} (stack prefix {prefix})"
                self._prefixes.setdefault(prefix, (sdk.name, sdk.id, third, stands))
            for domain in sdk.domains:
                self._domains.setdefault(domain, []).append(sdk)
        self._segments = {part: sdk for sdk in rules.catalogue.sdks for part in sdk.segments}
        self._stems = _stems(rules.catalogue.sdks)
        self._home = self._home_of(app)
        self._own_domains: set[str] = set()
        self._third_domains: dict[str, str] = {}
        for own in rules.parties.own:
            named = own.packages or own.signers
            signed = app.signer_sha256 and app.signer_sha256.lower() in {
                signer.lower().replace(":", "") for signer in own.signers
            }
            if named and app.package not in own.packages and not signed:
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

        Frames of unknown owner are passed over towards the outside. An SDK found beyond them is
        inferred to have brought them along; the app's own code beyond them proves nothing, since
        it stands at the end of almost every stack, so the caller stays unknown.
        """
        passed = ""
        for frame in stack:
            name = class_of(frame)
            if name is None or is_wrapper(name):
                continue
            found = self._owner(name)
            if found is None:
                passed = passed or name[:120]
                continue
            if not passed:
                return found
            if not (found.party.sdk or found.party.third):
                break
            source = f"{found.party.source}; inner frames of unknown owner ({passed})"
            return Caller(msgspec.structs.replace(found.party, source=source), certain=False)
        if passed:
            kind = "an obfuscated name" if is_obfuscated(passed) else "of no known owner"
            return self._unknown(f"the innermost frame {passed} is {kind}")
        return self._unknown("no Java frame of an app on the stack")

    def _owner(self, class_name: str) -> Caller | None:
        own = _has_prefix(class_name, self._app.package)
        for prefix in _prefixes(class_name):
            found = self._prefixes.get(prefix)
            if found is not None and not (own and len(prefix) <= len(self._app.package)):
                name, sdk, third, source = found
                return Caller(Party(name=name, sdk=sdk, third=third, source=source), certain=True)
        if own:
            source = f"stack prefix is the app's package {self._app.package}"
            return Caller(self._own_code(source), certain=True)
        return self._inferred(class_name)

    def _inferred(self, class_name: str) -> Caller | None:
        """An owner by rules that tolerate obfuscation and relocation: never certain."""
        parts = plain_name(class_name).split(".")
        for part in parts:
            sdk = self._segments.get(part)
            if sdk is not None:
                return self._by_sdk(sdk, f"part {part} of a class's name")
        for prefix in _prefixes(class_name):
            sdk = self._stems.get(prefix)
            if sdk is not None and obfuscated_below(class_name, prefix):
                return self._by_vendor(sdk, f"stem {prefix}, the rest obfuscated")
        developer = developer_domain(class_name)
        own = {self._developer, developer_domain(self._home)} - _HOSTING
        if developer and developer in own:
            source = f"{class_name} is of the developer of {self._app.package}"
            return Caller(self._own_code(source), certain=False)
        if self._home and _has_prefix(class_name, self._home):
            source = f"stack prefix is the package of the app's main activity ({self._home})"
            return Caller(self._own_code(source), certain=False)
        for start in range(1, len(parts) - 2):
            for prefix in _prefixes(".".join(parts[start:])):
                found = self._prefixes.get(prefix)
                if found is not None and found[1] and prefix.count(".") >= 2:
                    name, sdk_id, third, source = found
                    party = Party(name=name, sdk=sdk_id, third=third, source=f"{source}, relocated")
                    return Caller(party, certain=False)
        return None

    def _by_sdk(self, sdk: Sdk, how: str) -> Caller:
        third = all(developer_domain(prefix) != self._developer for prefix in sdk.prefixes)
        source = f"sdk catalogue {sdk.id} ({how})"
        return Caller(Party(name=sdk.name, sdk=sdk.id, third=third, source=source), certain=False)

    def _by_vendor(self, sdk: Sdk, how: str) -> Caller:
        """Some SDK of a vendor: obfuscation hides which."""
        third = developer_domain(sdk.prefixes[0]) != self._developer
        source = f"sdk catalogue {sdk.id} or another of the vendor ({how})"
        return Caller(Party(name=sdk.vendor, third=third, source=source), certain=False)

    def _unknown(self, source: str) -> Caller:
        """Nobody is blamed: neither the app, whose code it may not be, nor a third party."""
        return Caller(Party(name=UNKNOWN, third=False, source=source), certain=False)

    def _home_of(self, app: App) -> str:
        """The package of the app's first screen, where nobody else is known to own it."""
        package = app.main_activity.rpartition(".")[0]
        parts = package.split(".")
        while len(parts) > 2 and parts[-1].lower() in _COMMON:
            parts.pop()
        home = ".".join(parts)
        known = any(prefix in self._prefixes for prefix in _prefixes(home))
        return "" if len(parts) < 2 or known or is_obfuscated(home) or is_wrapper(home) else home

    def _own_code(self, source: str) -> Party:
        return Party(name=self._app.label or self._app.package, third=False, source=source)

    def own(self, source: str) -> Party:
        """The app as a whole, where it is not known which part of it acted."""
        return self._own_code(source)

    def receiver(self, host: str, address: str = "") -> Party:
        """Who receives at a host name; `third` only where a fact says so.

        Args:
            host: as the app asked for it, a name or an address.
            address: the server's address as connected, for its country.
        """
        host = host.lower().rstrip(".")
        party = self._receiver(host)
        if self._countries is None:
            return party
        country = self._countries.of(address or host.strip("[]"))
        return msgspec.structs.replace(party, country=country)

    def _receiver(self, host: str) -> Party:
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
            return self._listed(host, domain, listed)
        return self._by_organisation(host, domain)

    def _by_organisation(self, host: str, domain: str) -> Party:
        """Receivers that no catalogue of SDKs names."""
        landlord = self._directory.hosts(host)
        organisation = self._directory.of_host(host)
        if landlord is not None:
            source = (
                f"{host} is rented from {landlord.en}: the receiver is its customer, not called a "
                "third party"
            )
            return Party(name=domain or host, domain=domain, third=False, source=source)
        if organisation is None:
            source = "owner of the receiver is not known: not called a third party"
            return Party(name=domain or host, domain=domain, third=False, source=source)
        same = self._same_organisation(organisation)
        source = f"organisation {organisation.en} (domain {domain})"
        if same:
            source += f", and {same}"
        elif self._organisation is not None:
            source += f"; the app is {self._organisation.en}'s by its package"
        else:
            source += "; whether the app is of the same organisation is not known"
        return Party(
            name=" ".join(dict.fromkeys((organisation.zh, organisation.en))),
            domain=domain,
            third=not same and self._organisation is not None,
            source=source,
            purpose=organisation.purpose,
        )

    def _same_developer(self, prefix: str) -> bool:
        """Whether code or domains under a package prefix are of the app's own developer."""
        if bool(self._developer) and developer_domain(prefix) == self._developer:
            return True
        owner = self._directory.of_package(prefix)
        return owner is not None and self._organisation is not None and owner is self._organisation

    def _same_organisation(self, organisation: Organisation) -> str:
        """By which fact the app is the organisation's; empty where none says so.

        A label can only speak against calling somebody a third party, never for it.
        """
        if self._organisation is not None:
            if self._organisation is organisation:
                return f"the app's package {self._app.package} is of the same organisation"
            return ""
        label = self._app.label.lower()
        for name in (organisation.zh.lower(), organisation.en.lower()):
            if len(name) >= 2 and name in label:
                return f"the app's label {self._app.label[:40]} names it"
        return ""

    def _listed(self, host: str, domain: str, listed: str) -> Party:
        sdks = self._domains[listed]
        vendors = sorted({sdk.vendor for sdk in sdks})
        purposes = sorted({category for sdk in sdks for category in sdk.categories})
        fact = f"sdk catalogue {', '.join(sdk.id for sdk in sdks[:4])} (domain {listed})"
        same = ""
        if any(self._same_developer(prefix) for sdk in sdks for prefix in sdk.prefixes):
            same = f"the app's package {self._app.package} is of the same developer"
        elif (organisation := self._directory.of_host(host)) is not None:
            same = self._same_organisation(organisation)
        other = f"but {same}" if same else f"and {domain} is not the domain of {self._app.package}"
        return Party(
            name=" / ".join(vendors[:3]),
            domain=domain,
            sdk=sdks[0].id if len(sdks) == 1 else "",
            third=not same,
            source=f"{fact}, {other}",
            purpose=", ".join(purposes[:4]),
        )

    def _developer_name(self) -> str:
        return self._app.label or self._app.package


def _prefixes(class_name: str) -> Iterator[str]:
    """The class, its outer class and every package above, longest first."""
    prefix = class_name
    while prefix:
        yield prefix
        prefix = prefix[: max(prefix.rfind("."), prefix.rfind("$"), 0)]


def _first_word(vendor: str) -> str:
    """Vendors are written in several ways: "Umeng (Alibaba)", "Umeng / UC", "Umeng Analytics"."""
    return vendor.lower().partition(" ")[0]


def _stems(sdks: list[Sdk]) -> dict[str, Sdk]:
    """First two parts of prefixes that one vendor alone has, with the first SDK of it."""
    found: dict[str, Sdk] = {}
    shared: set[str] = set()
    for sdk in sdks:
        for prefix in sdk.prefixes:
            parts = prefix.split(".")
            if len(parts) < 3:
                continue  # the prefix itself, which is matched as such
            stem = ".".join(parts[:2])
            known = found.setdefault(stem, sdk)
            if _first_word(known.vendor) != _first_word(sdk.vendor):
                shared.add(stem)
    return {
        stem: sdk
        for stem, sdk in found.items()
        if stem not in shared and len(stem) > 6 and not leads_to_wrapper(stem)
    }


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
