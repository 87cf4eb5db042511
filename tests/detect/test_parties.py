"""Who called and who received: by longest prefix on class boundaries, by registrable domain."""

import msgspec
import pytest

from farm.detect.parties import Parties, class_of, developer_domain, registrable_domain
from farm.detect.rules import load_rules
from tests.detect.builders import PARTIES, Scene


def parties(package: str = "com.example.eager") -> Parties:
    return Parties(Scene(package=package).session().app, load_rules(PARTIES))


@pytest.mark.parametrize(
    ("stack", "name", "certain"),
    [
        (["com.umeng.commonsdk.A.b(A.java:1)", "com.example.eager.M.c(M.java:2)"], "CN001", True),
        (["java.lang.reflect.Method.invoke(Native)", "com.umeng.commonsdk.A.b"], "CN001", True),
        (["com.example.eager.M.c(M.java:2)", "com.umeng.commonsdk.A.b(A.java:1)"], "", True),
        (["com.umengx.commonsdk.A.b(A.java:1)", "com.example.eager.M.c(M.java:2)"], "", False),
        (["a.b.c.d(SourceFile:1)", "com.umeng.commonsdk.A.b(A.java:1)"], "CN001", False),
        (["com.example.eagerness.M.c(M.java:2)"], "", False),
        ([], "", False),
        (["com.example.metrics.Core.read(C.java:1)"], "operator:com.example.metrics", True),
        (["android.app.Activity.onCreate(A.java:3)"], "", False),
    ],
)
def test_caller_is_the_innermost_owner(stack: list[str], name: str, certain: bool) -> None:
    caller = parties().caller(stack)
    assert caller.party.sdk == name
    assert caller.certain is certain
    assert caller.party.third is bool(name)
    assert caller.party.source


def test_longest_prefix_wins() -> None:
    longer = parties().caller(["com.umeng.message.component.X.y(X.java:1)"]).party
    assert longer.sdk == "CN002"
    assert parties().caller(["com.tencent.map.geolocation.X.y"]).party.sdk == "CN017"
    assert parties().caller(["com.tencent.map.X.y"]).party.sdk == "CN018"


def test_sdk_of_the_apps_own_developer_is_no_third_party() -> None:
    own = parties("com.umeng.demo")
    assert not own.caller(["com.umeng.commonsdk.A.b(A.java:1)"]).party.third
    assert not own.receiver("ulogs.umeng.com").third
    assert own.receiver("stats.demo.umeng.com").third is False


@pytest.mark.parametrize(
    ("host", "third", "name"),
    [
        ("collect.tracker.example", True, "Example Tracker"),
        ("TRACKER.example.", True, "Example Tracker"),
        ("nottracker.example", False, "nottracker.example"),
        ("tracker.example.evil.test", False, "evil.test"),
        ("api.compliant.example", False, "Eager"),
        ("cdn.example.com", False, "Eager"),
        ("ulogs.umeng.com", True, "Umeng (Alibaba)"),
        ("10.0.0.1", False, "10.0.0.1"),
        ("", False, ""),
    ],
)
def test_receiver(host: str, third: bool, name: str) -> None:
    party = parties().receiver(host)
    assert (party.third, party.name) == (third, name)
    assert party.source


def test_domains() -> None:
    assert registrable_domain("a.b.example.co.uk") == "example.co.uk"
    assert registrable_domain("1.2.3.4") == "" == registrable_domain("[::1]")
    assert developer_domain("cn.com.foo.app") == "foo.com.cn"
    assert developer_domain("com.Example.app") == "example.com"
    assert developer_domain("single") == ""


def test_frames() -> None:
    assert class_of("com.a.B$1.run(B.java:3)") == "com.a.B$1"
    assert class_of("com.a.B.<init>(Unknown Source:2)") == "com.a.B"
    assert class_of("no frame at all") is None
    assert class_of("x" * 100_000) is None


def test_catalogue_is_sound() -> None:
    rules = load_rules()
    ids = [sdk.id for sdk in rules.catalogue.sdks]
    assert len(ids) == len(set(ids)) > 500
    for sdk in rules.catalogue.sdks:
        assert sdk.source and (sdk.prefixes or sdk.domains), sdk.id
        assert all("." in prefix and not prefix.endswith(".") for prefix in sdk.prefixes), sdk.id
        assert all(registrable_domain(domain) for domain in sdk.domains), sdk.id
        assert not any(prefix.startswith(("java.", "android.")) for prefix in sdk.prefixes)
    assert msgspec.json.encode(rules.catalogue)
