from pathlib import Path

import pytest

from farm.model.errors import UsageError
from farm.register.configuration import (
    FeedConfig,
    genuine_signers,
    load_register_config,
    open_source,
)
from farm.register.sources.feed import FeedSource
from farm.register.sources.folder import FolderSource
from farm.register.sources.phone import PhoneSource

WHOLE = """
genuine_signers: signers.yaml
sources:
- {name: inbox, kind: folder, path: apks, store: Store A}
- {name: gallery, kind: feed, url: "https://store.example/feed.json", hosts: [cdn.example]}
- {name: shelf, kind: phone, serial: R58, store: Store B, packages: ["com.example.*"]}
policy:
- {name: games, categories: [18], priority: 10, scenarios: [accept, decline]}
- {name: rest, scenarios: [accept]}
"""


def test_a_whole_configuration_is_read(tmp_path: Path) -> None:
    path = tmp_path / "register.yaml"
    path.write_text(WHOLE)
    (tmp_path / "signers.yaml").write_text(f"com.example.a: [{'a' * 64}]")
    config = load_register_config(path)
    kinds = [type(open_source(one, tmp_path)) for one in config.sources]
    assert kinds == [FolderSource, FeedSource, PhoneSource]
    assert [rule.name for rule in config.policy] == ["games", "rest"]
    assert genuine_signers(config, tmp_path).is_genuine("com.example.a", "b" * 64) is False


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sources: [{name: a, kind: ftp}]", "ftp"),
        ("sources: [{name: a, kind: folder}]", "path"),
        ("sources: [{name: a, kind: folder, path: x, pth: y}]", "pth"),
        ("sources: [{name: '../a', kind: folder, path: x}]", r"sources\[0\].name"),
        (
            "sources: [{name: a, kind: folder, path: x}, {name: a, kind: folder, path: y}]",
            "stands there twice",
        ),
        ("sources: [{name: a, kind: feed, url: 'http://x/f'}]", r"sources\[0\].url"),
        ("sources: [{name: a, kind: feed, url: 'https://u:p@x/f'}]", "no password"),
        ("sources: [{name: a, kind: feed, url: 'https://x/f', hosts: ['x/y']}]", "hosts"),
        ("sources: [{name: a, kind: phone, serial: x, store: y, packages: []}]", "packages"),
        ("policy: [{name: a, categories: [40]}]", "categories"),
        ("policy: [{name: a, priority: 5000}]", "priority"),
        ("policy: [{name: a}, {name: a}]", "twice"),
        ("polizei: []", "polizei"),
        ("sources: {", "not YAML"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_field(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "register.yaml"
    path.write_text(text)
    with pytest.raises(UsageError, match=message) as caught:
        load_register_config(path)
    assert str(path) in str(caught.value)


def test_a_token_that_is_not_set_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = FeedConfig(name="a", url="https://x.example/f", token_variable="FARM_TEST_TOKEN")
    monkeypatch.delenv("FARM_TEST_TOKEN", raising=False)
    with pytest.raises(UsageError, match="FARM_TEST_TOKEN is not set"):
        open_source(config, tmp_path)
