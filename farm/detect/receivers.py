"""Who received a request, by host name and address.

Every answer names the fact it stands on. Nobody is called a third party for being unknown.
"""

import msgspec

from farm.detect.developer import Developer
from farm.detect.domains import registrable_domain
from farm.detect.rules import OwnParty, Rules, Sdk
from farm.model.finding import Party
from farm.model.session import App


def own_of(app: App, rules: Rules) -> list[OwnParty]:
    """The operator's entries about the app's own developer: for all apps, or naming this one."""
    chosen: list[OwnParty] = []
    for own in rules.parties.own:
        signers = {signer.lower().replace(":", "") for signer in own.signers}
        named = bool(own.packages or own.signers)
        if not named or app.package in own.packages or app.signer_sha256.lower() in signers - {""}:
            chosen.append(own)
    return chosen


class Receivers:
    """Attribution of hosts for one app under one set of rules."""

    def __init__(self, app: App, rules: Rules, developer: Developer) -> None:
        self._app = app
        self._developer = developer
        self._directory = rules.directory
        self._countries = rules.countries
        self._domains: dict[str, list[Sdk]] = {}
        for sdk in rules.catalogue.sdks:
            for domain in sdk.domains:
                self._domains.setdefault(domain, []).append(sdk)
        self._own_domains = {domain.lower() for own in own_of(app, rules) for domain in own.domains}
        self._third_domains = {
            domain.lower(): party.name for party in rules.parties.third for domain in party.domains
        }

    def of(self, host: str, address: str = "") -> Party:
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
            return Party(name=self._developer.name, domain=domain, third=False, source=source)
        if domain and domain == self._developer.domain:
            source = f"domain {domain} is the app's package {self._app.package} reversed"
            return Party(name=self._developer.name, domain=domain, third=False, source=source)
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
        same = self._developer.is_organisation(organisation)
        source = f"organisation {organisation.en} (domain {domain})"
        if same:
            source += f", and {same}"
        elif self._developer.organisation is not None:
            source += f"; the app is {self._developer.organisation.en}'s by its package"
        else:
            source += "; whether the app is of the same organisation is not known"
        return Party(
            name=" ".join(dict.fromkeys((organisation.zh, organisation.en))),
            domain=domain,
            third=not same and self._developer.organisation is not None,
            source=source,
            purpose=organisation.purpose,
        )

    def _listed(self, host: str, domain: str, listed: str) -> Party:
        sdks = self._domains[listed]
        vendors = sorted({sdk.vendor for sdk in sdks})
        purposes = sorted({category for sdk in sdks for category in sdk.categories})
        fact = f"sdk catalogue {', '.join(sdk.id for sdk in sdks[:4])} (domain {listed})"
        same = ""
        if any(self._developer.owns(prefix) for sdk in sdks for prefix in sdk.prefixes):
            same = f"the app's package {self._app.package} is of the same developer"
        elif (organisation := self._directory.of_host(host)) is not None:
            same = self._developer.is_organisation(organisation)
        other = f"but {same}" if same else f"and {domain} is not the domain of {self._app.package}"
        return Party(
            name=" / ".join(vendors[:3]),
            domain=domain,
            sdk=sdks[0].id if len(sdks) == 1 else "",
            third=not same,
            source=f"{fact}, {other}",
            purpose=", ".join(purposes[:4]),
        )


def _longest_suffix(host: str, domains: "set[str] | dict[str, str] | dict[str, list[Sdk]]") -> str:
    rest = host
    while rest:
        if rest in domains:
            return rest
        rest = rest.partition(".")[2]
    return ""
