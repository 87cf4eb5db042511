import asyncio
from pathlib import Path

import pytest
import yaml

from farm.model.errors import AppError, DeviceGone
from farm.model.events import Call, HooksReady, ProcessSeen, Started, Stopped
from farm.model.vocabulary import DataType, GapCause
from farm.paths import HOOK_BUNDLE, HOOK_CATALOGUE
from farm.recorders.api import ApiRecorder
from farm.twin.runtime.clock_shim import build_clock_shim
from tests.recorders.api.hooked import Hooked, until
from tests.recorders.api.victim import PACKAGE, MemoryWriter, Portal, Victim, compiled, free_port


def small_catalogue(folder: Path, **changes: object) -> Path:
    """The entry for getDeviceId as it is shipped, with changes, beside the canary."""
    files = [yaml.safe_load(file.read_text()) for file in HOOK_CATALOGUE.glob("[ft]*.yaml")]
    entries = {entry["id"]: entry for shipped in files for entry in shipped["apis"]}
    kept = [entries["farm.canary"], entries["telephony.device_id"] | changes]
    path = folder / "apis.yaml"
    path.write_text(yaml.safe_dump({"version": 1, "apis": kept}))
    return path


async def test_calls_come_with_value_and_stack_and_the_app_notices_nothing(portal: Portal) -> None:
    async with Victim(portal) as victim, Hooked(portal, victim) as hooked:
        assert hooked.launched.pid == victim.pid
        assert hooked.launched.sent <= hooked.launched.confirmed

        assert await victim.do("imei") == "860000000000000"
        [call] = await hooked.until_called("telephony.device_id")  # the inner overload is no second
        assert call.data_type is DataType.IMEI
        assert call.values == ["860000000000000"]
        assert call.stack[0].startswith("Victim.act(Victim.java:")
        assert call.pid == victim.pid

        assert await victim.do("throw") == "caught no permission"
        [refused] = await hooked.until_called("telephony.subscriber_id")
        assert refused.error == "java.lang.SecurityException"
        assert refused.values == []

        assert await victim.do("setting android_id_x") == "value of android_id_x"
        assert await victim.do("setting android_id") == "value of android_id"
        [setting] = await hooked.until_called("settings.secure.android_id")
        assert setting.values == ["value of android_id"]

        assert await victim.do(f"late {compiled() / 'late'}") == "late-oaid"
        [late] = await hooked.until_called("oaid.heytap")
        assert late.values == ["late-oaid"]

        assert await hooked.recorder.canary("t0k3n", 5)
        assert hooked.calls("farm.canary")[0].values == ["t0k3n"]
        await hooked.stop()
    [ready] = hooked.bodies(HooksReady)
    assert "farm.canary" in ready.installed
    assert "android.telephony.TelephonyManager" in ready.waiting  # this JVM had not loaded it yet
    assert "com.heytap.openid.sdk.OpenIDSDK" in ready.waiting
    assert isinstance(hooked.writer.events[0].body, Started)
    assert isinstance(hooked.writer.events[-1].body, Stopped)


async def test_fifty_thousand_calls_arrive_without_loss(portal: Portal) -> None:
    async with Victim(portal) as victim, Hooked(portal, victim) as hooked:
        await victim.do("many 50000")
        assert len(await hooked.until_called("telephony.device_id", 50_000)) == 50_000
        await hooked.stop()
    assert not hooked.gaps(GapCause.EVENTS_DROPPED)


async def test_a_killed_app_leaves_a_bounded_gap(portal: Portal) -> None:
    async with Victim(portal) as victim, Hooked(portal, victim) as hooked:
        await victim.do("imei")
        [call] = await hooked.until_called("telephony.device_id")
        await victim.kill()
        await until(lambda: [gap for gap in hooked.gaps(GapCause.FRIDA_DETACHED) if gap.end])
        assert not await hooked.recorder.canary("late", 1)
        await hooked.stop()
    seen = next(event for event in hooked.writer.events if event.body == call)
    lost = hooked.gaps(GapCause.FRIDA_DETACHED)[-1]
    assert lost.end is not None and seen.t <= lost.end  # what waited in the last batch is unknown
    assert str(victim.pid) in lost.scope
    states = [seen.state for seen in hooked.bodies(ProcessSeen)]
    assert states[0] == "started" and states[-1] in {"exited", "detached"}


async def test_an_app_that_ends_itself_loses_nothing(portal: Portal) -> None:
    async with Victim(portal) as victim, Hooked(portal, victim) as hooked:
        await victim.do("imei")
        await victim.finish()
        await until(lambda: len(hooked.bodies(ProcessSeen)) >= 3)
        await hooked.stop()
    states = [seen.state for seen in hooked.bodies(ProcessSeen)]
    assert states[:2] == ["started", "exiting"]
    assert len(hooked.calls("telephony.device_id")) == 1
    assert not [gap for gap in hooked.gaps(GapCause.FRIDA_DETACHED) if gap.end is None]
    assert not hooked.gaps(GapCause.EVENTS_DROPPED)


async def test_lost_hooks_are_put_back_and_the_time_between_is_a_gap(portal: Portal) -> None:
    async with Victim(portal) as victim, Hooked(portal, victim) as hooked:
        await portal.drop_clients()
        await until(lambda: hooked.gaps(GapCause.FRIDA_DETACHED))
        # No call meanwhile: HotSpot may crash in a method whose hook is taken out just then.
        await until(lambda: len(hooked.bodies(HooksReady)) == 2)
        await until(lambda: [gap for gap in hooked.gaps(GapCause.FRIDA_DETACHED) if gap.end])
        assert not hooked.calls("telephony.device_id")
        await victim.do("imei")
        [again] = await hooked.until_called("telephony.device_id")
        assert await hooked.recorder.canary("b4ck", 5)
        await hooked.stop()
    assert [ready.early for ready in hooked.bodies(HooksReady)] == [True, False]
    opened, closed = hooked.gaps(GapCause.FRIDA_DETACHED)
    assert opened.gap_id == closed.gap_id and opened.end is None
    assert closed.end is not None
    seen = next(event for event in hooked.writer.events if event.body == again)
    assert closed.start < closed.end <= seen.t


async def test_hooks_lost_until_the_end_are_an_open_gap(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Victim(portal) as victim, Hooked(portal, victim) as hooked:
        monkeypatch.setattr("farm.recorders.api.recorder._WATCH_SECONDS", 60.0)
        await asyncio.sleep(1.1)  # the watcher's present second ends; its next look comes never
        await portal.drop_clients()
        await until(lambda: hooked.bodies(ProcessSeen)[-1].state == "detached")
        await hooked.stop()
    [gap] = hooked.gaps(GapCause.FRIDA_DETACHED)
    assert gap.end is None


async def test_a_second_process_of_the_app_is_hooked_too_and_a_stranger_is_not(
    portal: Portal,
) -> None:
    service = Victim(portal, f"{PACKAGE}:push")
    stranger = Victim(portal, f"{PACKAGE}.other")
    async with Victim(portal) as victim, service, stranger, Hooked(portal, victim) as hooked:
        hooked.phone.victims += [service, stranger]
        await until(lambda: len(hooked.bodies(HooksReady)) == 2)
        await service.do("imei")
        await stranger.do("imei")
        await victim.do("imei")
        calls = await hooked.until_called("telephony.device_id", 2)
        assert {(call.pid, call.process) for call in calls} == {
            (victim.pid, PACKAGE),
            (service.pid, f"{PACKAGE}:push"),
        }
        assert await hooked.recorder.canary("b0th", 5)
        assert {call.pid for call in hooked.calls("farm.canary")} == {victim.pid, service.pid}
        await hooked.stop()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"method": "getNoSuchThing"}, "getNoSuchThing"),
        ({"overloads": [["java.lang.String"]]}, "getDeviceId"),
    ],
)
async def test_a_hook_that_does_not_install_is_a_gap_and_the_others_work(
    portal: Portal, tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    catalogue = small_catalogue(tmp_path, **changes)
    async with (
        Victim(portal) as victim,
        Hooked(portal, victim, catalogue=catalogue) as hooked,
    ):
        await victim.do("imei")  # loads the class
        assert await hooked.recorder.canary("st1ll", 5)
        await hooked.stop()
    [ready] = hooked.bodies(HooksReady)
    assert "farm.canary" in ready.installed
    [gap] = hooked.gaps(GapCause.HOOK_FAILED)
    assert (gap.scope, gap.end) == ("telephony.device_id", None)
    assert reason in gap.detail


def mirror_catalogue(folder: Path) -> Path:
    """Entries for every method of the victim's own class."""
    methods = ("same", "text", "bytes", "sums", "halves", "keep", "names", "fails")
    entries = [
        {
            "id": f"mirror.{method}",
            "class": "com.example.victim.Mirror",
            "method": method,
            "levels": "1-",
            "permission": "",
            "data_type": "files",
            "values": [{"from": "result"}],
            "source": ["test"],
            "reason": "gives back what it gets",
        }
        for method in methods
    ]
    path = folder / "mirror.yaml"
    path.write_text(yaml.safe_dump({"version": 1, "apis": entries}))
    return path


async def test_what_passes_through_a_hook_is_the_very_same(portal: Portal, tmp_path: Path) -> None:
    catalogue = mirror_catalogue(tmp_path)
    async with Victim(portal) as victim, Hooked(portal, victim, catalogue=catalogue) as hooked:
        assert await victim.do("mirror") == "intact"
        [failed] = await hooked.until_called("mirror.fails")
        await hooked.stop()
    assert failed.error == "java.lang.IllegalStateException"
    assert failed.result is None
    [text] = hooked.calls("mirror.text")
    assert text.values == ["smile \U0001f600 half \ufffd zero \0 end"]
    [summed] = hooked.calls("mirror.sums")
    assert summed.arguments == ["true", "-2", "300", "\uffff", "-5", "3074457345618258602"]
    assert summed.result == "3074457345618324431"
    [halved] = hooked.calls("mirror.halves")
    assert halved.arguments == ["1.5", "-3.25", "1099511627776"]
    [raw] = hooked.calls("mirror.bytes")
    assert raw.values == ["0x00ff41"]
    [names] = hooked.calls("mirror.names")
    assert names.arguments == ["[a, null]"]
    assert not hooked.gaps(GapCause.RECORDER_FAILED)


async def test_times_are_those_of_the_process_own_clock(portal: Portal, tmp_path: Path) -> None:
    shim = await asyncio.to_thread(build_clock_shim, tmp_path)
    ahead = {"TWIN_CLOCK_OFFSET_NS": str(3600 * 10**9)}
    victim = Victim(portal, preload=str(shim), environment=ahead)
    async with victim, Hooked(portal, victim) as hooked:
        before = int(await victim.do("clock"))
        await victim.do("imei")
        after = int(await victim.do("clock"))
        await hooked.until_called("telephony.device_id")
        await hooked.stop()
    [seen] = [
        event.t
        for event in hooked.writer.events
        if isinstance(event.body, Call) and event.body.api == "telephony.device_id"
    ]
    assert before - 1 <= seen / 1e6 <= after + 1
    assert hooked.writer.events[-1].t > before * 1e6  # the host's own events are on it too


async def test_nobody_at_the_endpoint_is_one_clear_error() -> None:
    recorder = ApiRecorder(
        address=f"127.0.0.1:{free_port()}",
        bundle=HOOK_BUNDLE,
        writer=MemoryWriter(),
        package=PACKAGE,
    )
    with pytest.raises(DeviceGone, match="is frida-server running"):
        await recorder.start()
    await recorder.stop()


async def test_an_app_that_never_starts_is_an_error_of_the_app(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("farm.recorders.api.recorder._FIND_SECONDS", 0.5)
    with pytest.raises(AppError, match="no process appeared"):
        async with Hooked(portal):
            pass
