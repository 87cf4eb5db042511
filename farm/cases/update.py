"""One round of everything cases do by themselves: judgements, engines, re-tests, deadlines.

Safe to run at any time, as often as one likes, and in several processes.
"""

from collections.abc import Sequence

import msgspec

from farm.campaign.database import Database
from farm.campaign.store import Store
from farm.cases.intake import Taken, take
from farm.cases.opinions import take_examinations
from farm.cases.retests import plan_retests
from farm.cases.steps import expire
from farm.detect.clauses.packs import LoadedPack
from farm.detect.rules import RulePack

_ROUND = 200


class Updated(msgspec.Struct, kw_only=True):
    """What one round did."""

    taken: Taken
    examinations: int = 0
    retests: int = 0
    overdue: int = 0


async def update(
    database: Database, store: Store, rules: RulePack, packs: Sequence[LoadedPack]
) -> Updated:
    """Take note of judgements and examinations, queue re-tests, mark what is overdue.

    Raises:
        DatabaseUnavailable, StoreUnavailable: what was done stays; the rest comes next time.
    """
    total = Taken()
    while True:
        taken = await take(database, store, rules, packs, limit=_ROUND)
        total.add(taken)
        if taken.judgements + taken.unreadable < _ROUND:
            break
    examined = 0
    while some := await take_examinations(database, limit=_ROUND):
        examined += some
    return Updated(
        taken=total,
        examinations=examined,
        retests=await plan_retests(database),
        overdue=await expire(database),
    )
