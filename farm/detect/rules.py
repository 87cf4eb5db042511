"""Loads what detection judges by: rule pack, SDK catalogue, and an operator's list of parties.

Everything is data with a version and a digest, so that an analysis says by what it was made.
"""

from pathlib import Path

import msgspec

from farm.detect.clauses.packs import LoadedPack, load_packs, shipped_packs
from farm.detect.datafiles import shipped
from farm.detect.organisations import Countries, Directory, Organisations, open_countries
from farm.files import read_yaml
from farm.model.vocabulary import Level, Phase, Severity


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """One text in both languages of the reports."""

    zh: str
    en: str


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """An item of a standard. `verified` is whether its number was read in the published text."""

    document: str
    item: str
    zh: str
    en: str
    verified: bool


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """When a collection is a finding. `id` is never reused; `explanation` is mandatory."""

    id: str
    version: str
    phase: Phase
    level: Level
    severity: Severity
    clauses: list[str]
    title: Text
    explanation: Text


class RulePack(msgspec.Struct, frozen=True, kw_only=True):
    """The rules with the clauses they stand on."""

    version: str
    documents: dict[str, Text]
    clauses: dict[str, Clause]
    rules: list[Rule]

    def rule(self, phase: Phase, level: Level) -> Rule | None:
        """The rule for what was collected in a phase, if that is against any."""
        for rule in self.rules:
            if rule.phase is phase and rule.level is level:
                return rule
        return None

    def cite(self, rule: Rule) -> str:
        """The clauses of a rule in one line."""
        cited = []
        for name in rule.clauses:
            doubt = "" if self.clauses[name].verified else " (number not verified)"
            cited.append(name + doubt)
        return "; ".join(cited)


class Sdk(msgspec.Struct, frozen=True, kw_only=True):
    """One SDK: whose it is, where its code lies, whom it calls."""

    id: str
    name: str
    vendor: str
    categories: list[str] = []
    prefixes: list[str] = []
    segments: list[str] = []  # a part of a class's name that tells the SDK wherever it stands
    domains: list[str] = []
    source: list[str] = []
    domains_source: str = "memory"


class SdkCatalogue(msgspec.Struct, frozen=True, kw_only=True):
    """All SDKs known."""

    version: str
    sdks: list[Sdk]


class OwnParty(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What belongs to the app's developer; for all apps, or only for the packages or signers
    named."""

    packages: list[str] = []
    signers: list[str] = []  # SHA-256 of signing certificates, hexadecimal
    domains: list[str] = []
    prefixes: list[str] = []


class ThirdParty(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody else, as the operator knows them."""

    name: str
    domains: list[str] = []
    prefixes: list[str] = []


class PartyList(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator knows beyond the catalogue (`--parties FILE`)."""

    own: list[OwnParty] = []
    third: list[ThirdParty] = []
    countries: str = ""  # path of an MMDB of countries, relative to the list


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a judgement depends on besides the recording."""

    pack: RulePack
    catalogue: SdkCatalogue
    parties: PartyList
    directory: Directory
    countries: Countries | None  # None: no database was given
    packs: tuple[LoadedPack, ...]  # clauses of the standards
    digests: dict[str, str]  # name -> "version, sha256:..." as it stands in the analysis


def load_rules(parties: Path | None = None, packs: Path | None = None) -> Rules:
    """Load the shipped rules and catalogue, an operator's list of parties, and clause packs.

    Args:
        parties: the operator's list, YAML.
        packs: folder of the lab's own packs, judged instead of the shipped ones.

    Raises:
        UsageError: the list cannot be read, or a field of it is not what it should be.
    """
    pack, pack_digest = shipped("rules.yaml", RulePack)
    catalogue, catalogue_digest = shipped("sdks.yaml", SdkCatalogue)
    digests = {
        "rules": f"{pack.version}, sha256:{pack_digest}",
        "sdks": f"{catalogue.version}, sha256:{catalogue_digest}",
    }
    clauses = shipped_packs() if packs is None else load_packs(packs)
    for loaded in clauses:
        digests[f"clauses {loaded.name}"] = f"{loaded.pack.version}, sha256:{loaded.sha256}"
    listed, listed_digest = shipped("organisations.yaml", Organisations)
    digests["organisations"] = f"{listed.version}, sha256:{listed_digest}"
    extra, countries = PartyList(), None
    if parties is not None:
        extra, digest = read_yaml(parties, PartyList)
        digests["parties"] = f"sha256:{digest}"
        if extra.countries:
            countries = open_countries((parties.parent / extra.countries).resolve())
            digests["countries"] = f"sha256:{countries.sha256}"
    return Rules(
        pack=pack,
        catalogue=catalogue,
        parties=extra,
        directory=Directory(listed),
        countries=countries,
        packs=clauses,
        digests=digests,
    )
