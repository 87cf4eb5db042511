"""The clauses that a problem breaks, as a notice cites them, and whether they were compared."""

import msgspec

from farm.detect.clauses.packs import Clause, LoadedPack
from farm.detect.rules import RulePack, Text
from farm.model.errors import UsageError


class Provision(msgspec.Struct, frozen=True, kw_only=True):
    """One clause a problem breaks."""

    id: str
    document: Text
    item: str
    text: Text
    verified: bool  # number and wording were compared with the published text
    doubt: Text | None = None  # why they were not, where the rule pack says so


def provisions(
    problem: str, cited: str, rules: RulePack, packs: tuple[LoadedPack, ...]
) -> list[Provision]:
    """The clauses of a problem: those of its rule, else those that its case cites.

    Args:
        problem: the case's problem.
        cited: the clauses as the case names them, for problems that no rule has.
    """
    rule = next((one for one in rules.rules if one.id == problem), None)
    if rule is not None:
        return [
            Provision(
                id=name,
                document=rules.documents[rules.clauses[name].document],
                item=rules.clauses[name].item,
                text=Text(zh=rules.clauses[name].zh, en=rules.clauses[name].en),
                verified=rules.clauses[name].verified,
            )
            for name in rule.clauses
        ]
    wanted = set(cited.split("; "))
    return [
        Provision(
            id=clause.id,
            document=Text(zh=loaded.pack.document.title.zh, en=loaded.pack.document.title.en),
            item=clause.item,
            text=Text(zh=clause.text.zh, en=clause.text.en),
            verified=clause.verified,
            doubt=_doubt(loaded, clause),
        )
        for loaded in packs
        for clause in loaded.pack.clauses
        if clause.id in wanted
    ]


def _doubt(loaded: LoadedPack, clause: Clause) -> Text | None:
    doubt = loaded.doubt_of(clause)
    return None if doubt is None else Text(zh=doubt.zh, en=doubt.en)


def unverified_provisions(
    problem: str, cited: str, rules: RulePack, packs: tuple[LoadedPack, ...]
) -> list[str]:
    """Ids of the clauses a notice would cite that nobody compared with the published text.

    Args:
        problem: the case's problem.
        cited: the clauses as the case names them.
    """
    return [one.id for one in provisions(problem, cited, rules, packs) if not one.verified]


def check_provisions(unverified: list[str], *, accepted: bool) -> None:
    """Let no notice cite a clause that was not compared unless who sends it says so.

    Raises:
        UsageError: names the clauses, and what to do.
    """
    if unverified and not accepted:
        raise UsageError(
            f"the notice would cite {', '.join(unverified)}, whose number and wording were not "
            "compared with the published text: compare them, then send it as unverified "
            "(--unverified, or the box on the page); the notice says so beside each"
        )
