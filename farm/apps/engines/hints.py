"""Which clauses static facts prepare for a person, and which facts they are.

A fact about code or manifest is never a verdict: that code or a permission is there shows neither
that anything was collected nor that nobody was told. So a hint is always for review, and is given
only where the fact is one of those that the clause's own words speak of. No clause of the packs
speaks of exported parts or packers: they hint at none.
"""

from collections.abc import Callable

from farm.apps.engines.statements import EngineResult, Topic
from farm.model.permission_groups import group_of

_RUNTIME_PERMISSIONS = 23
"""API level since which permissions are asked for one by one while the app runs
(developer.android.com/guide/topics/permissions/overview); an app that targets less has all of them
granted together when it is installed."""

_Facts = Callable[[EngineResult], list[str]]


def _held(result: EngineResult, topic: Topic) -> list[str]:
    return sorted({one.subject for one in result.about(topic) if one.holds})


def _code_of_others(result: EngineResult) -> list[str]:
    return sorted({*_held(result, Topic.TRACKER), *_held(result, Topic.SDK)})


def _trackers(result: EngineResult) -> list[str]:
    return _held(result, Topic.TRACKER)


def _permissions(result: EngineResult) -> list[str]:
    """Those that a person grants; the others open no personal information."""
    return [name for name in _held(result, Topic.PERMISSION) if group_of(name)]


def _all_at_once(result: EngineResult) -> list[str]:
    """Permissions of several groups of an app that has them granted together."""
    levels = [int(one) for one in _held(result, Topic.TARGET) if one.isascii() and one.isdigit()]
    names = _permissions(result)
    if not levels or not 0 < max(levels) < _RUNTIME_PERMISSIONS:
        return []
    return names if len({group_of(name) for name in names}) > 1 else []


def _foreign_signers(result: EngineResult) -> list[str]:
    """Packages under a signer that the register of genuine ones does not name for them."""
    return sorted({one.subject for one in result.about(Topic.SIGNER) if not one.holds})


_HINTS: tuple[tuple[_Facts, tuple[str, ...]], ...] = (
    # Sharing with others: their code inside is a receiver to look at.
    (_trackers, ("MIIT-164-1.3", "CAC-191-5.1", "GDPR-26")),
    # Third-party code must be listed, and managed: what is to be compared with the policy.
    (_code_of_others, ("CAC-191-2.1", "GBT-35273-9.7", "GBT-41391-6.6")),
    # Permissions unrelated to what the app does: which ones a person compares with its functions.
    (_permissions, ("CAC-191-4.1", "TAF-078.4-5", "TAF-078.4-6", "GBT-41391-E")),
    # Several permissions in one go, or no use: the first half, which installing such an app shows.
    (_all_at_once, ("CAC-191-4.6",)),
    # Users led to download something else than they meant: the same package by somebody else.
    (_foreign_signers, ("MIIT-164-3.1",)),
)


def hints(result: EngineResult) -> dict[str, list[str]]:
    """Return clause -> the facts that a person compares with its words.

    A clause that is not named is not answered: the engine did not say that it is kept.
    """
    found: dict[str, list[str]] = {}
    for facts, clauses in _HINTS:
        if subjects := facts(result):
            found.update(dict.fromkeys(clauses, subjects))
    return found
