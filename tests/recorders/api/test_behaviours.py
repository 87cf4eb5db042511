"""What apps do besides reading: permissions, components, code, WebViews."""

import asyncio
import hashlib
from pathlib import Path

from farm.model.events import (
    CodeLoaded,
    ComponentStarted,
    PermissionAnswered,
    PermissionAsked,
    Touched,
    WebViewUsed,
)
from farm.model.vocabulary import GapCause
from tests.recorders.api.hooked import Hooked, until
from tests.recorders.api.victim import PACKAGE, Portal, Victim, tracker

CAMERA, SMS = "android.permission.CAMERA", "android.permission.READ_SMS"


async def test_permission_checks_requests_and_answers(portal: Portal) -> None:
    async with Victim(portal) as victim, Hooked(portal, victim) as hooked:
        assert await victim.do("behave permissions -") == "done"
        await until(lambda: hooked.bodies(PermissionAnswered))
        await hooked.stop()
    asked = hooked.bodies(PermissionAsked)
    assert [(one.way, one.permissions, one.granted) for one in asked] == [
        ("check", [CAMERA], True),
        ("check", [SMS], False),
        ("rationale", [CAMERA], None),
        ("request", [CAMERA, SMS], None),
    ]
    assert all(one.stack[0].startswith("com.example.victim.Behaves.run(") for one in asked)
    [answered] = hooked.bodies(PermissionAnswered)  # the override and what it calls are one answer
    assert (answered.permissions, answered.granted) == ([CAMERA, SMS], [True, False])
    assert not hooked.gaps(GapCause.RECORDER_FAILED)


async def test_components_by_the_system_and_by_the_app(portal: Portal) -> None:
    async with Victim(portal) as victim, Hooked(portal, victim) as hooked:
        assert await victim.do("behave components -") == "done"
        await until(lambda: len(hooked.bodies(ComponentStarted)) >= 6)
        await hooked.stop()
    seen = [
        (one.component, one.name, one.by_app, one.target_package, one.reason, one.background)
        for one in hooked.bodies(ComponentStarted)
    ]
    boot, main, view = (
        f"android.intent.action.{one}" for one in ("BOOT_COMPLETED", "MAIN", "VIEW")
    )
    assert seen == [
        ("receiver", "com.example.victim.Boot", False, "", boot, True),
        ("service", "com.other.app/com.other.app.Push", True, "com.other.app", "", True),
        ("activity", "com.example.victim.Behaves$Main", False, "", main, False),
        ("activity", view, True, "", view, False),
        ("receiver", f"{PACKAGE}/com.example.victim.Own", True, "", "", False),
        ("service", f"{PACKAGE}/com.example.victim.Work", True, "", "", True),
    ]
    assert not hooked.gaps(GapCause.RECORDER_FAILED)


async def test_fingers_are_seen_where_the_system_hands_them_over(portal: Portal) -> None:
    async with Victim(portal) as victim, Hooked(portal, victim) as hooked:
        assert await victim.do("behave touches -") == "done"
        await until(lambda: len(hooked.bodies(PermissionAsked)) >= 7)
        await hooked.stop()
    assert [(one.x, one.y) for one in hooked.bodies(Touched)] == [(12, 21), (300, 400)]
    lifted = [one.t for one in hooked.writer.events if isinstance(one.body, Touched)]
    handled = [one.t for one in hooked.writer.events if isinstance(one.body, PermissionAsked)]
    # A touch stands right before what its listener does.
    assert handled[2] < lifted[0] < handled[3] < handled[4] < lifted[1] < handled[5]
    assert not hooked.gaps(GapCause.RECORDER_FAILED)


async def test_code_is_known_by_its_digest_wherever_it_comes_from(portal: Portal) -> None:
    library = await asyncio.to_thread(tracker)
    content = await asyncio.to_thread(library.read_bytes)
    async with Victim(portal) as victim, Hooked(portal, victim) as hooked:
        assert await victim.do(f"behave code {library}") == "done"
        await until(lambda: len(hooked.bodies(CodeLoaded)) >= 4)
        assert await victim.do("native shell") == "from the shell"  # for its caller's loader
        await hooked.stop()
    dex, missing, memory, native = hooked.bodies(CodeLoaded)
    assert (dex.way, dex.path) == ("DexClassLoader", str(library))
    assert dex.content is not None
    assert dex.content.sha256 == hashlib.sha256(content).hexdigest()
    assert dex.content.size == len(content)
    assert (missing.path, missing.content) == ("/no/such/file.dex", None)
    assert (memory.way, memory.path) == ("InMemoryDexClassLoader", "")
    assert memory.content is not None
    assert memory.content.sample == b"dex"
    assert (native.way, native.content) == ("System.load", dex.content)
    assert not any(one.installed for one in hooked.bodies(CodeLoaded))
    assert not hooked.gaps(GapCause.RECORDER_FAILED)


async def test_web_views_tell_what_they_load_and_what_they_are_given(portal: Portal) -> None:
    async with Victim(portal) as victim, Hooked(portal, victim) as hooked:
        assert await victim.do("behave web -") == "done"
        await until(lambda: len(hooked.bodies(WebViewUsed)) >= 4)
        await hooked.stop()
    assert [(one.action, one.detail) for one in hooked.bodies(WebViewUsed)] == [
        ("load", "https://h5.example/?id=1"),  # the inner overload is no second
        ("script", "report()"),
        ("interface", "native com.example.victim.Behaves"),
        ("cookie", "https://h5.example/ uid=1"),
    ]
    assert not hooked.gaps(GapCause.RECORDER_FAILED)


async def test_a_loader_that_asks_its_parent_last_is_told_by_its_own_name(
    portal: Portal, tmp_path: Path
) -> None:
    archive = tmp_path / "patch.jar"
    archive.write_bytes(b"hot fix")
    async with Victim(portal) as victim, Hooked(portal, victim) as hooked:
        assert await victim.do("behave noloader -") == "done"
        assert await victim.do(f"behave delegate {archive}") == "done"
        await until(lambda: hooked.bodies(CodeLoaded))
        assert await hooked.recorder.canary("d0ne", 5)
        await hooked.stop()
    [loaded] = hooked.bodies(CodeLoaded)  # its base class's constructor is no second
    assert (loaded.way, loaded.path) == ("DelegateLastClassLoader", str(archive))
    assert loaded.content is not None
    assert loaded.content.sample == b"hot fix"


async def test_web_views_that_apps_bring_along_tell_the_same(portal: Portal) -> None:
    async with Victim(portal) as victim, Hooked(portal, victim) as hooked:
        for what in ("near", "x5", "uc"):
            assert await victim.do(f"view {what}") == "done"
        await until(lambda: len(hooked.bodies(WebViewUsed)) >= 8)
        await hooked.stop()
    assert [(one.action, one.detail) for one in hooked.bodies(WebViewUsed)] == [
        ("load", "https://x5.example/?id=1"),
        ("script", "x5()"),
        ("interface", "x5 com.example.victim.Views"),
        ("cookie", "https://x5.example/ uid=5"),
        ("load", "https://uc.example/?id=1"),
        ("script", "uc()"),
        ("interface", "uc com.example.victim.Views"),
        ("cookie", "https://uc.example/ uid=6"),
    ]
    assert not hooked.gaps(GapCause.RECORDER_FAILED)
