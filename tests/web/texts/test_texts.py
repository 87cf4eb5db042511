"""Every text that a page asks for is there in both languages, and none is left over."""

import re
from pathlib import Path

import pytest

import farm.web
from farm.web.accounts.roles import Role
from farm.web.accounts.tokens import Scope
from farm.web.texts import Texts, load_texts, preferred

_ROOT = Path(farm.web.__file__).parent
_ASKED = re.compile(r"""["']([a-z_]+\.[a-z_0-9]+)["']""")


def _asked() -> set[str]:
    files = [*_ROOT.rglob("*.html"), *_ROOT.rglob("*.py")]
    return {key for file in files for key in _ASKED.findall(file.read_text())}


def test_every_text_that_is_asked_for_is_there() -> None:
    texts = load_texts()
    parts = {key.split(".")[0] for key in texts.keys}
    files = {"html", "js", "css", "yaml", "sql", "py"}
    asked = {key for key in _asked() if key.split(".")[0] in parts}
    # What ends with an underscore is completed by a value, and tested with its vocabulary.
    missing = {key for key in asked - texts.keys if not key.endswith("_")}
    missing = {key for key in missing if key.split(".")[1] not in files}
    # Actions of the audit log are no texts.
    assert missing <= {"account.add", "account.roles", "token.create", "token.revoke"}


def test_no_text_is_empty_and_both_languages_take_the_same_values() -> None:
    texts = load_texts()
    for key in texts.keys:
        zh, en = (texts.say(key, language) for language in ("zh", "en"))
        assert zh.strip()
        assert en.strip()
        assert sorted(re.findall(r"\{\w+\}", zh)) == sorted(re.findall(r"\{\w+\}", en)), key


def test_words_of_vocabularies_are_complete() -> None:
    texts = load_texts()
    for kind, vocabulary in (("role", Role), ("role_meaning", Role), ("scope", Scope)):
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
