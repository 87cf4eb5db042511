"""Who made a call (by Java stack); who received a request is told by `receivers`.

Every answer names the fact it stands on. Nobody is called a third party for being unknown.
"""

from collections.abc import Iterator

import msgspec

from farm.detect.developer import Developer
from farm.detect.domains import developer_domain
from farm.detect.receivers import Receivers, own_of
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
        self._developer = Developer(app, rules.directory)
        self._receivers = Receivers(app, rules, self._developer)
        self._prefixes: dict[str, tuple[str, str, bool, str]] = {}
        for sdk in rules.catalogue.sdks:
            for prefix in sdk.prefixes:
                third = not self._developer.owns(prefix)
                stands = f"sdk catalogue {sdk.id} (stack prefix {prefix})"
                self._prefixes.setdefault(prefix, (sdk.name, sdk.id, third, stands))
        self._segments = {part: sdk for sdk in rules.catalogue.sdks for part in sdk.segments}
        self._stems = _stems(rules.catalogue.sdks)
        self._home = self._home_of(app)
        for own in own_of(app, rules):
            for prefix in own.prefixes:
                stands = f"operator's list (own code {prefix})"
                self._prefixes[prefix] = (self._developer.name, "", False, stands)
        for party in rules.parties.third:
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
        own = {self._developer.domain, developer_domain(self._home)} - _HOSTING
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
        third = not any(self._developer.owns(prefix) for prefix in sdk.prefixes)
        source = f"sdk catalogue {sdk.id} ({how})"
        return Caller(Party(name=sdk.name, sdk=sdk.id, third=third, source=source), certain=False)

    def _by_vendor(self, sdk: Sdk, how: str) -> Caller:
        """Some SDK of a vendor: obfuscation hides which."""
        third = not self._developer.owns(sdk.prefixes[0])
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
        return Party(name=self._developer.name, third=False, source=source)

    def own(self, source: str) -> Party:
        """The app as a whole, where it is not known which part of it acted."""
        return self._own_code(source)

    def receiver(self, host: str, address: str = "") -> Party:
        """Who receives at a host name, see `Receivers.of`."""
        return self._receivers.of(host, address)


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


def _has_prefix(class_name: str, prefix: str) -> bool:
    # On a class-name boundary: com.example.app owns com.example.app.Foo, not com.example.apps.
    return class_name == prefix or class_name.startswith((prefix + ".", prefix + "$"))
