"""All docked engines over many apps at once: clause by clause, pair by pair, then and now.

Pure functions over stored results and analyses; nothing here runs an engine or reads a file.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from farm.apps.engines.merging import Drift, MergedClause, disagreements, drift, merge, sampled
from farm.apps.engines.statements import EngineResult, Status, Topic
from farm.model.clause import ClauseAnswer, ClauseJudgement


class ComparedApp(msgspec.Struct, frozen=True, kw_only=True):
    """One app: every clause that somebody spoke of, and what a person should look at."""

    apk_sha256: str
    clauses: list[MergedClause]
    silent: list[str]  # engines that did not finish: they have no opinion
    for_review: list[str]  # clauses
    sampled: list[str]  # clauses that a person checks although nobody disagreed


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two engines that decided the same clauses of the same apps."""

    first: str
    second: str
    decided: int
    disagreed: int


class TopicDrift(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an engine speaks of a topic in another share of apps than before."""

    topic: Topic
    versions: tuple[list[str], list[str]]  # of the engine, before and now
    drift: Drift


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What several engines say of many apps."""

    apps: list[ComparedApp]
    matrix: list[Pair]
    drifts: list[TopicDrift]

    @property
    def alarms(self) -> list[TopicDrift]:
        """Engines that changed more than chance explains."""
        return [one for one in self.drifts if one.drift.alarm]


# Of several sessions of one app the gravest answer is the farm's: what one scenario showed stays
# shown where another did not meet it.
_GRAVEST = (
    ClauseAnswer.BROKEN,
    ClauseAnswer.FOR_REVIEW,
    ClauseAnswer.KEPT,
    ClauseAnswer.CANNOT_TELL,
    ClauseAnswer.NOT_OBSERVABLE,
)


def graver(one: ClauseAnswer, other: ClauseAnswer) -> bool:
    """Whether an answer outweighs another of the same app and clause."""
    return _GRAVEST.index(one) < _GRAVEST.index(other)


def gravest(judgements: Iterable[ClauseJudgement]) -> list[ClauseJudgement]:
    """One answer for each clause over all sessions of one app, by name of the clause."""
    chosen: dict[str, ClauseJudgement] = {}
    for one in judgements:
        known = chosen.get(one.clause)
        if known is None or graver(one.answer, known.answer):
            chosen[one.clause] = one
    return [chosen[clause] for clause in sorted(chosen)]


def compare(
    results: Sequence[EngineResult],
    judgements: Mapping[str, Sequence[ClauseJudgement]],
    before: Sequence[EngineResult] = (),
    *,
    share: float = 0.0,
    salt: str = "",
) -> Comparison:
    """Put all results side by side.

    Args:
        results: of the present period, any number of engines and apps.
        judgements: SHA-256 of an APK -> the farm's answers in all its sessions.
        before: results of a period known to be good, to see engines drift.
        share: of the clauses nobody disagrees on, how many a person checks, 0 to 1.
        salt: keeps the choice of that sample from being foreseen.
    """
    of_app: dict[str, list[EngineResult]] = {}
    for result in results:
        of_app.setdefault(result.apk_sha256, []).append(result)
    apps = []
    for digest in sorted(of_app.keys() | judgements.keys()):
        merged = merge(gravest(judgements.get(digest, ())), of_app.get(digest, []))
        review = [one.clause for one in merged if one.for_review]
        apps.append(
            ComparedApp(
                apk_sha256=digest,
                clauses=merged,
                silent=sorted(
                    one.engine for one in of_app.get(digest, []) if one.status is not Status.DONE
                ),
                for_review=review,
                sampled=[
                    one.clause
                    for one in merged
                    if one.clause not in review and sampled(digest, one.clause, share, salt)
                ],
            )
        )
    matrix = disagreements(clause for one in apps for clause in one.clauses)
    return Comparison(
        apps=apps,
        matrix=[
            Pair(first=first, second=second, decided=both, disagreed=differed)
            for (first, second), (both, differed) in sorted(matrix.items())
        ],
        drifts=_drifts(before, results) if before else [],
    )


def _drifts(before: Sequence[EngineResult], now: Sequence[EngineResult]) -> list[TopicDrift]:
    found = []
    for engine in sorted({one.engine for one in before} & {one.engine for one in now}):
        for topic in Topic:
            then, present = _counts(before, engine, topic), _counts(now, engine, topic)
            if then[0] or present[0]:
                found.append(
                    TopicDrift(
                        topic=topic,
                        versions=(_versions(before, engine), _versions(now, engine)),
                        drift=drift(engine, then, present),
                    )
                )
    return found


def _counts(results: Sequence[EngineResult], engine: str, topic: Topic) -> tuple[int, int]:
    """Apps of which the engine says something of a topic, and apps that it finished."""
    finished: dict[str, bool] = {}
    for one in results:
        if one.engine == engine and one.status is Status.DONE:
            said = any(statement.holds for statement in one.about(topic))
            finished[one.apk_sha256] = finished.get(one.apk_sha256, False) or said
    return sum(finished.values()), len(finished)


def _versions(results: Sequence[EngineResult], engine: str) -> list[str]:
    return sorted({one.version for one in results if one.engine == engine})
