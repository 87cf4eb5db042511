"""The words and ids of dialogs, loaded once from `data/consent.yaml` and folded for comparison."""

import re
import unicodedata
from functools import cache
from importlib import resources

import msgspec
import yaml

Words = dict[str, list[str]]  # language -> words


class _Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    policy_nouns: dict[str, object]
    policy_titles: dict[str, object]
    second_stage: dict[str, object]
    buttons: dict[str, dict[str, object]]
    checkbox_labels: dict[str, object]
    address_words: dict[str, object]
    permission_packages: list[dict[str, str]]
    permission_activity: str
    permission_ids: list[dict[str, str]]
    permission_texts: dict[str, dict[str, object]]
    rationale_titles: dict[str, object]
    update: dict[str, dict[str, object]]
    advertisement: dict[str, object]
    login: dict[str, dict[str, object]]
    crash: dict[str, object]
    system_packages: list[str]
    commerce_words: dict[str, object]
    permission_groups: dict[str, list[str]]
    age_gate: dict[str, list[str]]
    rating: dict[str, list[str]]
    battery_saver: dict[str, list[str]]
    traditional: dict[str, str]
    version: int


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A dialog that is known by a sign in its words, and answered by whole labels."""

    signs: tuple[str, ...]
    accept: frozenset[str]
    decline: frozenset[str]
    packages: frozenset[str] = frozenset()  # of the system that draw it for an app


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """Folded words. A `frozenset` holds keys of whole labels, a `tuple` parts of longer texts."""

    policy_nouns: tuple[str, ...]
    policy_titles: frozenset[str]
    second_stage: tuple[str, ...]
    agree_clear: frozenset[str]
    agree_login: frozenset[str]
    agree_hidden: frozenset[str]
    refuse_clear: frozenset[str]
    refuse_soft: frozenset[str]
    manage: frozenset[str]
    checkbox_labels: tuple[str, ...]
    address_words: tuple[str, ...]
    permission_packages: frozenset[str]
    permission_activity: str
    permission_ids: dict[str, str]
    allow: frozenset[str]
    allow_partly: frozenset[str]
    deny: frozenset[str]
    rationale_titles: tuple[str, ...]
    update_now: frozenset[str]
    update_later: frozenset[str]
    update_signs: tuple[str, ...]
    skip: frozenset[str]
    close: frozenset[str]
    advertisement_signs: frozenset[str]
    advertisement_ids: tuple[str, ...]
    login_actions: frozenset[str]
    login_fields: frozenset[str]
    login_signs: tuple[str, ...]
    crash_packages: frozenset[str]
    crash_ids: frozenset[str]
    crash_signs: tuple[str, ...]
    crash_close: frozenset[str]
    crash_wait: frozenset[str]
    system_packages: frozenset[str]
    commerce_words: tuple[str, ...]
    permission_groups: dict[str, tuple[str, ...]]
    age_gate: Question
    rating: Question
    battery_saver: Question


_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Mn"}
_SPACES = re.compile(r"\s+")
_COUNTDOWN_UNITS = r"(?:s|sec|secs|seconds?|秒|秒后|s后|sek)"
_COUNTDOWN_END = re.compile(
    rf"[\s|·:,\-]*(?:[(\[【]\s*\d{{1,3}}\s*{_COUNTDOWN_UNITS}?\s*[)\]】]"
    rf"|\d{{1,3}}\s*{_COUNTDOWN_UNITS}?)\s*\Z"
)
_COUNTDOWN_START = re.compile(rf"\A\s*\d{{1,3}}\s*{_COUNTDOWN_UNITS}?[\s|·:,\-]*")


@cache
def _folding() -> dict[int, str]:
    table = _raw().traditional
    folding = {ord(old): new for old, new in zip(table["from"], table["to"], strict=True)}
    folding.update({ord("\u2019"): "'", ord("\u2018"): "'", ord("\u02bc"): "'"})
    return folding


def fold(text: str) -> str:
    """Return a text for looking words up in it: one width, one case, simplified, one space."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_folding())
    text = unicodedata.normalize("NFC", text)
    text = "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace() or unicodedata.category(character) not in _INVISIBLE
    )
    return _SPACES.sub(" ", text).strip()


def label_key(text: str) -> str:
    """Return a button's label for comparison: folded, no countdown, letters and digits only."""
    text = fold(text)
    shorter = _COUNTDOWN_END.sub("", text)
    shorter = _COUNTDOWN_START.sub("", shorter) or shorter
    return "".join(character for character in shorter or text if character.isalnum())


def has_countdown(text: str) -> bool:
    """Whether a label counts seconds down, as in 跳过 5 or 同意(3s)."""
    text = fold(text)
    return bool(_COUNTDOWN_END.search(text) or _COUNTDOWN_START.match(text))


def _flat(words: dict[str, object]) -> list[str]:
    found: list[str] = []
    for language, each in words.items():
        if language in {"source", "ids", "packages"}:
            continue
        if not isinstance(each, list) or not all(isinstance(word, str) for word in each):
            raise ValueError(f"consent.yaml: {language}: expected a list of words, got {each!r}")
        found += each
    return found


def _parts(words: dict[str, object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fold(word) for word in _flat(words)))


def _keys(words: dict[str, object]) -> frozenset[str]:
    return frozenset(label_key(word) for word in _flat(words))


def _listed(table: dict[str, object], name: str) -> list[str]:
    return msgspec.convert(table[name], list[str])


def _words(table: dict[str, object], name: str) -> dict[str, object]:
    return msgspec.convert(table[name], dict[str, object])


@cache
def _raw() -> _Source:
    text = resources.files("farm.explore").joinpath("data/consent.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(text), _Source)


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary that ships with the farm.

    Raises:
        ValueError: the data file is not of the expected form (msgspec names the field).
    """
    raw = _raw()
    refuse = _keys(raw.buttons["refuse_clear"])
    soft = _keys(raw.buttons["refuse_soft"])
    return Vocabulary(
        policy_nouns=_parts(raw.policy_nouns),
        policy_titles=_keys(raw.policy_titles),
        second_stage=_parts(raw.second_stage),
        agree_clear=_keys(raw.buttons["agree_clear"]) - refuse - soft,
        agree_login=_keys(raw.buttons["agree_login"]) - refuse - soft,
        agree_hidden=_keys(raw.buttons["agree_hidden"]) - refuse - soft,
        refuse_clear=refuse,
        refuse_soft=soft,
        manage=_keys(raw.buttons["manage"]),
        checkbox_labels=_parts(raw.checkbox_labels),
        address_words=_parts(raw.address_words),
        permission_packages=frozenset(each["package"] for each in raw.permission_packages),
        permission_activity=raw.permission_activity,
        permission_ids={each["id"]: each["role"] for each in raw.permission_ids},
        allow=_keys(raw.permission_texts["allow"]),
        allow_partly=_keys(raw.permission_texts["partly"]),
        deny=_keys(raw.permission_texts["deny"]),
        rationale_titles=_parts(raw.rationale_titles),
        update_now=_keys(raw.update["now"]),
        update_later=_keys(raw.update["later"]),
        update_signs=_parts(raw.update["signs"]),
        skip=_keys(_words(raw.advertisement, "skip")),
        close=_keys(_words(raw.advertisement, "close")),
        advertisement_signs=_keys(_words(raw.advertisement, "signs")),
        advertisement_ids=tuple(_listed(raw.advertisement, "ids")),
        login_actions=_keys(raw.login["actions"]),
        login_fields=_keys(raw.login["fields"]),
        login_signs=_parts(raw.login["signs"]),
        crash_packages=frozenset(_listed(raw.crash, "packages")),
        crash_ids=frozenset(_listed(raw.crash, "ids")),
        crash_signs=_parts(_words(raw.crash, "signs")),
        crash_close=_keys(_words(raw.crash, "close")),
        crash_wait=_keys(_words(raw.crash, "wait")),
        system_packages=frozenset(raw.system_packages),
        commerce_words=_parts(raw.commerce_words),
        permission_groups={
            group: tuple(dict.fromkeys(fold(word) for word in words))
            for group, words in raw.permission_groups.items()
            if group != "source"
        },
        age_gate=_question(raw.age_gate),
        rating=_question(raw.rating),
        battery_saver=_question(raw.battery_saver),
    )


def _question(lists: dict[str, list[str]]) -> Question:
    return Question(
        signs=tuple(dict.fromkeys(fold(word) for word in lists["signs"])),
        accept=frozenset(label_key(word) for word in lists["accept"]),
        decline=frozenset(label_key(word) for word in lists["decline"]),
        packages=frozenset(lists.get("packages", [])),
    )
