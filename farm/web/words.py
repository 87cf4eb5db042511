"""Names of rules, signals and clauses in a visitor's language."""

import functools

from farm.detect.clauses.catalogue import SIGNALS
from farm.detect.clauses.packs import Clause, LoadedPack
from farm.detect.rules import Rules, load_rules
from farm.web.texts import Language

_SIGNAL = "signal:"


@functools.cache
def shipped_rules() -> Rules:
    """The rules that ship; read once."""
    return load_rules()


@functools.cache
def problem_titles(language: Language) -> dict[str, str]:
    """What a case's problem is called, by its id."""
    rules = {
        rule.id: rule.title.zh if language == "zh" else rule.title.en
        for rule in shipped_rules().pack.rules
    }
    signals = {
        f"{_SIGNAL}{signal.id}": signal.zh if language == "zh" else signal.en
        for signal in SIGNALS.values()
    }
    return rules | signals


def clause_by_id(name: str) -> tuple[LoadedPack, Clause] | None:
    """A clause of the shipped packs with its document."""
    for loaded in shipped_rules().packs:
        for clause in loaded.pack.clauses:
            if clause.id == name:
                return loaded, clause
    return None
