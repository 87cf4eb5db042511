"""Every text that a page asks for is there in both languages, and none is left over."""

import re
from enum import StrEnum
from pathlib import Path

import pytest

import farm.web
from farm.campaign.vocabulary import CampaignState, HostState, JobKind, JobState, Reason
from farm.devices.states import DeviceState
from farm.model.vocabulary import VerdictKind
from farm.web.accounts.roles import Role
from farm.web.accounts.tokens import Scope
from farm.web.http.visitors import MENU
from farm.web.texts import Texts, load_texts, preferred

_ROOT = Path(farm.web.__file__).parent
_KEY = r"""["']([a-z_]+\.[a-z_0-9]+)["']"""
_IN_PAGES = re.compile(rf"\bt\(\s*{_KEY}")
_IN_CODE = re.compile(rf"(?:say\(request, |problem=|HTTPException\(\d+, ){_KEY}")
_VOCABULARIES: tuple[tuple[str, type[StrEnum]], ...] = (
    ("role", Role),
    ("role_meaning", Role),
    ("scope", Scope),
    ("state", CampaignState),
    ("state", JobState),
    ("reason", Reason),
    ("job_kind", JobKind),
    ("host", HostState),
    ("phone", DeviceState),
    ("verdict", VerdictKind),
    ("verdict_meaning", VerdictKind),
)


def _asked() -> set[str]:
    pages = {key for file in _ROOT.rglob("*.html") for key in _IN_PAGES.findall(file.read_text())}
    code = {key for file in _ROOT.rglob("*.py") for key in _IN_CODE.findall(file.read_text())}
    return pages | code | {key for _, key, _ in MENU}


def test_every_text_that_is_asked_for_is_there() -> None:
    asked = _asked()
    assert len(asked) > 100
    # What ends with an underscore is completed by a value, and tested with its vocabulary.
    missing = {key for key in asked - load_texts().keys if not key.endswith("_")}
    assert not missing


def test_no_text_is_empty_and_both_languages_take_the_same_values() -> None:
    texts = load_texts()
    for key in texts.keys:
        zh, en = (texts.say(key, language) for language in ("zh", "en"))
        assert zh.strip()
        assert en.strip()
        assert sorted(re.findall(r"\{\w+\}", zh)) == sorted(re.findall(r"\{\w+\}", en)), key


def test_words_of_vocabularies_are_complete() -> None:
    texts = load_texts()
    for kind, vocabulary in _VOCABULARIES:
        for word in vocabulary:
            assert f"{kind}.{word}" in texts.keys


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh"),
        ("en-US,en;q=0.9,zh;q=0.8", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("de,en;q=0.5", "en"),
        ("fr;q=nonsense", "zh"),
        ("en;q=0.3,zh;q=0.4", "zh"),
    ],
)
def test_the_browsers_language(header: str, language: str) -> None:
    assert preferred(header) == language


def test_an_unknown_word_is_shown_as_it_is() -> None:
    assert Texts({}).word("state", "odd", "en") == "odd"
