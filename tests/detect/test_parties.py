"""Who called and who received: by longest prefix on class boundaries, by registrable domain."""

from pathlib import Path

import msgspec
import pytest
import yaml

from farm.detect import organisations
from farm.detect.domains import developer_domain, registrable_domain
from farm.detect.parties import UNKNOWN, Parties
from farm.detect.rules import load_rules
from farm.detect.stacks import class_of, is_obfuscated, is_wrapper
from farm.model.errors import UsageError
from farm.model.session import App
from tests.detect.builders import PARTIES, Scene
from tests.detect.mmdb import write_mmdb


def parties(package: str = "com.example.eager") -> Parties:
    return Parties(Scene(package=package).session().app, load_rules(PARTIES))


@pytest.mark.parametrize(
    ("stack", "name", "certain"),
    [
        (["com.umeng.commonsdk.A.b(A.java:1)", "com.example.eager.M.c(M.java:2)"], "CN001", True),
        (["java.lang.reflect.Method.invoke(Native)", "com.umeng.commonsdk.A.b"], "CN001", True),
        (["com.example.eager.M.c(M.java:2)", "com.umeng.commonsdk.A.b(A.java:1)"], "", True),
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


SDK = "com.umeng.commonsdk.A.b(A.java:1)"
APP = "com.example.eager.M.c(M.java:2)"


@pytest.mark.parametrize(
    ("stack", "name"),
    [
        # Near-misses of prefixes, on whose other side the app stands: nobody is blamed.
        (["com.umengx.commonsdk.A.b(A.java:1)", APP], UNKNOWN),
        (["com.umeng.commonsdkx.Tool.read(A.java:1)", APP], UNKNOWN),
        (["org.others.library.Tool.read(Tool.java:9)", APP], UNKNOWN),
        # Obfuscated frames between the call and the app may be anybody's.
        (["a.b.c.d(SourceFile:1)", APP], UNKNOWN),
        (
            ["c5.k0$a.run(Unknown Source:12)", "android.os.Handler.handleCallback(H.java:1)"],
            UNKNOWN,
        ),
        ([], UNKNOWN),
        (["android.app.Activity.onCreate(A.java:3)", "java.lang.Thread.run(T.java:1)"], UNKNOWN),
        (["not a frame"], UNKNOWN),
        # The app's own code, and its developer's.
        ([APP, SDK], "Eager"),
        (["com.example.core.Device.read(Device.java:4)"], "Eager"),
    ],
)
def test_unknown_stays_unknown(stack: list[str], name: str) -> None:
    party = parties().caller(stack).party
    assert (party.name, party.sdk, party.third) == (name, "", False)
    assert party.source


@pytest.mark.parametrize(
    "wrapper",
    [
        "okhttp3.internal.connection.RealCall.execute(RealCall.kt:154)",
        "io.reactivex.internal.operators.single.SingleMap.subscribeActual(SingleMap.java:34)",
        "rx.Observable.subscribe(Observable.java:1)",
        "kotlinx.coroutines.DispatchedTask.run(DispatchedTask.kt:106)",
        "com.bumptech.glide.load.engine.DecodeJob.run(DecodeJob.java:1)",
        "java.lang.reflect.Method.invoke(Native Method)",
        "jdk.internal.reflect.NativeMethodAccessorImpl.invoke0(Native Method)",
        "java.base/java.lang.reflect.Method.invoke(Method.java:566)",
        "$Proxy12.getDeviceId(Unknown Source)",
        "jdk.proxy2.$Proxy7.call(Unknown Source)",
        "com.sun.proxy.$Proxy3.call(Unknown Source)",
        "com.android.volley.toolbox.BasicNetwork.performRequest(B.java:1)",
        "android.app.ContextImpl.bindService(ContextImpl.java:1)",
    ],
)
def test_wrappers_are_never_the_caller(wrapper: str) -> None:
    caller = parties().caller([wrapper, wrapper, SDK, APP])
    assert (caller.party.sdk, caller.certain) == ("CN001", True)


@pytest.mark.parametrize(
    ("frame", "sdk"),
    [
        ("com.umeng.commonsdk.A$1.run(A.java:1)", "CN001"),
        ("com.umeng.commonsdk.A$$ExternalSyntheticLambda0.run(Unknown Source:2)", "CN001"),
        ("com.umeng.commonsdk.-$$Lambda$A$x7.call(lambda)", "CN001"),
        ("app//com.umeng.commonsdk.A.b(A.java:1)", "CN001"),
    ],
)
def test_what_compilers_add_to_names_is_seen_through(frame: str, sdk: str) -> None:
    caller = parties().caller([frame, APP])
    assert (caller.party.sdk, caller.certain) == (sdk, True)


@pytest.mark.parametrize(
    ("frame", "sdk"),
    [
        ("shaded.com.umeng.commonsdk.Tool.read(Tool.java:1)", "CN001"),  # moved elsewhere
        ("com.publisher.sizmek.Banner.load(B.java:1)", "EX022"),  # a part of the name
    ],
)
def test_obfuscated_and_moved_sdks_are_inferred(frame: str, sdk: str) -> None:
    caller = parties().caller([frame, APP])
    assert (caller.party.sdk, caller.party.third, caller.certain) == (sdk, True, False)


def test_a_vendor_s_stem_tells_the_vendor_where_the_rest_is_obfuscated() -> None:
    caller = parties().caller(["com.umeng.a.b.c(SourceFile:3)", APP])
    assert (caller.party.name, caller.party.sdk) == ("Umeng (Alibaba)", "")
    assert (caller.party.third, caller.certain) == (True, False)
    assert not parties("com.umeng.demo").caller(["com.umeng.a.b.c(S:3)"]).party.third


@pytest.mark.parametrize(
    "frame",
    [
        "com.umeng.real.Name.read(Name.java:1)",  # a name somebody wrote: no SDK that is known
        "com.google.a.b.c(SourceFile:1)",  # many vendors share the stem
        "shaded.commonsdk.Tool.read(Tool.java:1)",
        "com.sizmekx.Banner.load(B.java:1)",
    ],
)
def test_near_misses_of_the_tolerant_rules_are_unknown(frame: str) -> None:
    assert parties().caller([frame, APP]).party.name == UNKNOWN


def test_code_beside_the_main_activity_is_the_app_s() -> None:
    app = msgspec.structs.replace(
        Scene(package="com.brand.reader").session().app, main_activity="cn.maker.reader.ui.Main"
    )
    mine = Parties(app, load_rules(PARTIES))
    caller = mine.caller(["cn.maker.reader.net.Device.id(Device.java:3)"])
    assert (caller.party.name, caller.certain) == (app.label, False)
    assert mine.caller(["cn.maker.other.Device.id(D.java:3)"]).party.name == app.label  # developer
    foreign = msgspec.structs.replace(app, main_activity="com.umeng.commonsdk.ui.Main")
    stack = ["com.umeng.commonsdk.A.b(A.java:1)"]
    assert Parties(foreign, load_rules(PARTIES)).caller(stack).party.sdk == "CN001"


def test_a_shared_host_of_code_makes_nobody_the_developer() -> None:
    mine = parties("com.github.someone.app")
    assert mine.caller(["com.github.other.Tool.read(Tool.java:1)"]).party.name == UNKNOWN


@pytest.mark.parametrize(
    ("name", "obfuscated"),
    [
        ("a.b.c", True),
        ("c5.k0$a", True),
        ("o0OO0.a", True),
        ("ooO0.iIl1", True),
        ("com.a.b", False),
        ("io.netty.A", False),
        ("a.b.Reader", False),
    ],
)
def test_obfuscated_names(name: str, obfuscated: bool) -> None:
    assert is_obfuscated(name) is obfuscated
    assert not is_wrapper(name) or name.startswith("io.netty")


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


def app(package: str, label: str = "Eager", signer: str = "b" * 64) -> App:
    return msgspec.structs.replace(
        Scene(package=package).session().app, label=label, signer_sha256=signer
    )


@pytest.mark.parametrize(
    ("package", "label", "host", "third", "says"),
    [
        ("com.tencent.mm", "微信", "wup.imtt.qq.com", False, "same"),
        ("com.tencent.mm", "微信", "m.ele.me", True, "is Tencent's by its package"),
        ("com.example.eager", "Eager", "log.snssdk.com", None, "ByteDance"),
        ("com.unknown.wx", "微信读书 腾讯", "i.weread.qq.com", False, "label"),
        ("com.example.eager", "Eager", "i.weread.qq.com", False, "not known"),
        ("com.ss.android.article.news", "头条", "applog.zijieapi.com", False, "same organisation"),
        ("com.example.eager", "Eager", "eager-1.oss-cn-hangzhou.aliyuncs.com", False, "rented"),
        ("com.example.eager", "Eager", "d1.cloudfront.net", False, "rented"),
        ("com.example.eager", "Eager", "bucket.qbox.me", False, "rented"),
    ],
)
def test_organisations(package: str, label: str, host: str, third: bool | None, says: str) -> None:
    party = Parties(app(package, label), load_rules(PARTIES)).receiver(host)
    assert third is None or party.third is third
    assert says in party.source or says in party.name


def test_sdk_of_the_same_organisation_is_no_third_party() -> None:
    own = Parties(app("com.ss.android.article.news", "头条"), load_rules(PARTIES))
    other = Parties(app("com.example.eager"), load_rules(PARTIES))
    stack = ["com.bytedance.applog.AppLog.init(A.java:1)"]
    assert not own.caller(stack).party.third
    assert other.caller(stack).party.third


def test_an_operator_names_the_developer_by_certificate(tmp_path: Path) -> None:
    listed = tmp_path / "parties.yaml"
    listed.write_text(
        f"own:\n- signers: ['{'AB:' * 31}AB']\n  domains: [own.example]\n", encoding="utf-8"
    )
    rules = load_rules(listed)
    signed = Parties(app("a.b.c", signer="ab" * 32), rules).receiver("x.own.example")
    other = Parties(app("a.b.c", signer="cd" * 32), rules).receiver("x.own.example")
    assert "operator's list" in signed.source and "operator's list" not in other.source


def test_purpose_comes_with_the_receiver() -> None:
    assert parties().receiver("ulogs.umeng.com").purpose == "analytics"


def test_country_of_the_address(tmp_path: Path) -> None:
    write_mmdb(tmp_path / "c.mmdb", {"203.0.113.0/24": "SG", "198.51.0.0/16": "US"})
    listed = tmp_path / "parties.yaml"
    listed.write_text("countries: c.mmdb\n", encoding="utf-8")
    rules = load_rules(listed)
    assert rules.digests["countries"].startswith("sha256:")
    known = Parties(app("a.b.c"), rules)
    assert known.receiver("x.example", "203.0.113.9").country == "SG"
    assert known.receiver("198.51.100.7").country == "US"
    assert known.receiver("x.example", "192.0.2.1").country == ""
    assert known.receiver("x.example", "not an address").country == ""
    assert parties().receiver("x.example", "203.0.113.9").country == ""


@pytest.mark.parametrize("content", [None, b"", b"no database"])
def test_a_database_that_is_none_is_said(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "c.mmdb").write_bytes(content)
    listed = tmp_path / "parties.yaml"
    listed.write_text("countries: c.mmdb\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"c\.mmdb"):
        load_rules(listed)


def test_organisations_are_sound() -> None:
    data = Path(organisations.__file__).parent / "data" / "organisations.yaml"
    listed = msgspec.convert(
        yaml.safe_load(data.read_text("utf-8")), organisations.Organisations
    ).organisations
    for field in ("id", "en"):
        assert len({getattr(one, field) for one in listed}) == len(listed)
    names = [name for one in listed for name in (*one.domains, *one.hosting)]
    assert len(names) == len(set(names))
    for one in listed:
        assert len(one.country) == 2 and one.country.isupper(), one.id
        assert all(registrable_domain(f"x.{name}") for name in one.domains), one.id
        assert all(name == name.lower() and "." in name for name in one.hosting), one.id


def test_no_sdk_claims_what_others_rent() -> None:
    """Whoever serves at a rented name is the landlord's customer: no SDK may own all of it."""
    rules = load_rules()
    rented = {
        domain
        for line in yaml.safe_load(
            (Path(organisations.__file__).parent / "data" / "organisations.yaml").read_text("utf-8")
        )["organisations"]
        for domain in line["hosting"]
    }
    claimed = {
        (sdk.id, domain)
        for sdk in rules.catalogue.sdks
        for domain in sdk.domains
        if any(one == domain or one.endswith(f".{domain}") for one in rented)
    }
    assert len(rented) > 40 and claimed == set()
