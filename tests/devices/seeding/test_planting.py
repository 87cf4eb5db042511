"""Planting and removing on twins: what the phone then holds, whatever happens in between."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from farm.devices.adb import Adb
from farm.devices.ledger import MockProvider, Seeds, ShellRight
from farm.devices.phone import Phone
from farm.devices.preparation import PreparationPlan, Prepared, clean, prepare
from farm.devices.seeding import planting, positions, rights
from farm.devices.seeding.plan import SeedPlan, make_plan, new_token
from farm.model.errors import DeviceError, DeviceGone, UsageError
from farm.model.events import NotSeeded, PhoneIdentity
from farm.model.vocabulary import DataType
from farm.twin.system.actor import ROOT_ACTOR
from tests.devices.conftest import plug_again

NEW = "pixel6-android13-su"
OLD = "xiaomi-mi8-android9-su"
LOCKED = "huawei-p20-android8-locked"
OTHERS = ("xiaomi-miui-android11-su", "pixel5-android12-su", "pixel9-android16-su")
TABLES = (
    "content://com.android.contacts/raw_contacts",
    "content://com.android.contacts/data",
    "content://com.android.calendar/calendars",
    "content://com.android.calendar/events",
    "content://sms",
    "content://media/external/file",
)
ALL = {
    DataType.CONTACTS, DataType.CALENDAR, DataType.SMS, DataType.MEDIA, DataType.PHOTO_LOCATION,
    DataType.CLIPBOARD,
}  # fmt: skip


def own_data(twin: Any) -> None:
    """What the phone's owner has: rows and files that look a little like ours."""
    providers, files = twin.system.providers, twin.system.files
    raw = providers.insert(TABLES[0], {"sourceid": "4f2a", "account_type": "com.google"})
    providers.insert(TABLES[1], {"raw_contact_id": raw, "mimetype": "x/y", "data1": "15400000000"})
    calendar = "?caller_is_syncadapter=true&account_name=me&account_type=LOCAL"
    mine = providers.insert(TABLES[2] + calendar, {"account_name": "me", "account_type": "LOCAL"})
    entry = {"calendar_id": mine, "title": "复诊", "dtstart": 1, "dtend": 2, "eventTimezone": "UTC"}
    providers.insert(TABLES[3], entry)
    providers.insert("content://sms/inbox", {"address": "10690", "body": "单号 0123456789ABCDEF"})
    with files.open_write("/sdcard/DCIM/IMG_0001.jpg", ROOT_ACTOR) as photo:
        photo.write(b"my own photo")
    providers.media.scan("/sdcard/DCIM/IMG_0001.jpg")


def holdings(twin: Any) -> dict[str, object]:
    """Everything that planting may touch."""
    system = twin.system
    held: dict[str, object] = {uri: system.providers.query(uri) for uri in TABLES}
    held["files"] = [name for name, _ in system.files.entries("/sdcard/DCIM", ROOT_ACTOR)]
    held["clipboard"] = twin.runtime.clipboard
    held["rights"] = dict(system.app_ops)
    held["positions"] = dict(system.test_providers)
    return held


async def planted(phone: Phone, folder: Path, plan: SeedPlan | None = None) -> Prepared:
    seeds = plan or make_plan(new_token())
    return await prepare(phone, PreparationPlan(frida=False, seeds=seeds), state_folder=folder)


@pytest.mark.parametrize("profile", [NEW, OLD, LOCKED, "emulator-android9-root", *OTHERS])
async def test_everything_is_planted_or_told_and_then_gone(
    profile: str, opened: Any, tmp_path: Path
) -> None:
    twin, phone = await opened(profile)
    own_data(twin)
    before = holdings(twin)
    plan = make_plan(new_token())
    facts = (await planted(phone, tmp_path, plan)).seeds
    there = {one.data_type for one in facts if isinstance(one, PhoneIdentity)}
    missing = {one.data_type: one.reason for one in facts if isinstance(one, NotSeeded)}
    movable = phone.info.sdk >= 31
    assert there == (ALL | {DataType.LOCATION} if movable else ALL)
    assert set(missing) == {DataType.WIFI_SSID} | ({DataType.LOCATION} - there)
    if not movable:
        assert "Android" in missing[DataType.LOCATION]
    # What the farm says is known stands where apps look for it.
    query = twin.system.providers.query
    values = {one.name: one.value for one in facts if isinstance(one, PhoneIdentity)}
    people = query("content://com.android.contacts/data/phones", ["display_name", "data1"])[1]
    assert [values["contact 1 name"], values["contact 1 phone number"]] in people
    assert [values["contact 2 name"], values["contact 2 phone number"]] in people
    entries = query("content://com.android.calendar/events", ["title", "eventLocation"])[1]
    assert [values["appointment title"], values["appointment place"]] in entries
    assert [values["message sender"], values["message text"]] in query(
        "content://sms/inbox", ["address", "body"]
    )[1]
    images = query("content://media/external/images/media", ["_display_name"])[1]
    assert [values["name of the photo"]] in images
    assert twin.runtime.clipboard == values["clipboard"]
    if movable:
        place = twin.system.mocked_position("gps")
        assert f"{place[0]:.6f},{place[1]:.6f}" == values["track point 1"]
    await clean(phone, state_folder=tmp_path)
    assert holdings(twin) == before
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("commands", [2, 4, 6, 9, 12, 16, 20, 26, 32, 40])
async def test_a_cable_pulled_at_any_time_leaves_nothing_that_the_next_lease_does_not_find(
    commands: int, adb: Adb, opened: Any, tmp_path: Path
) -> None:
    twin, phone = await opened(NEW)
    own_data(twin)
    before = holdings(twin)
    await phone.start_screen()
    usual, count = twin.system.before_command, 0

    async def pull_cable() -> None:
        nonlocal count
        count += 1
        if count == commands:
            await twin.faults.unplug()
        await usual()

    twin.system.before_command = pull_cable
    with pytest.raises(DeviceGone):
        await planted(phone, tmp_path)
    twin.system.before_command = usual
    await plug_again(adb, twin)
    _, phone = await opened(twin=twin)
    await clean(phone, state_folder=tmp_path)
    assert holdings(twin) == before


async def test_what_a_cancelled_session_had_begun_ends_before_it_is_cleaned(
    opened: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    twin, phone = await opened(NEW)
    before = holdings(twin)
    await phone.start_screen()
    begun = asyncio.Event()
    insert = twin.system.providers.insert
    loop = asyncio.get_running_loop()

    def slow(uri: str, values: dict[str, Any]) -> int:
        begun.set()
        loop.call_later(0.5, insert, uri, values)  # the phone goes on by itself
        return 1

    monkeypatch.setattr(twin.system.providers, "insert", slow)
    task = loop.create_task(planted(phone, tmp_path))
    async with asyncio.timeout(20):
        await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await clean(phone, state_folder=tmp_path)
    await asyncio.sleep(0.7)
    assert holdings(twin) == before


async def test_another_host_cleans_by_the_copy_on_the_phone(opened: Any, tmp_path: Path) -> None:
    twin, crashed = await opened(NEW)
    before = holdings(twin)
    await planted(crashed, tmp_path / "a")
    await crashed.release()
    _, phone = await opened(twin=twin)
    assert "planted data" in await clean(phone, state_folder=tmp_path / "b")
    assert holdings(twin) == before


async def test_a_profile_may_leave_it_out(opened: Any, tmp_path: Path) -> None:
    twin, phone = await opened(NEW)
    before = holdings(twin)
    phone.profile = msgspec.structs.replace(phone.profile, seeds=False)
    facts = (await planted(phone, tmp_path)).seeds
    assert holdings(twin) == before
    assert {one.data_type for one in facts} == set(planting.TYPES)
    assert all(isinstance(one, NotSeeded) and "leaves it out" in one.reason for one in facts)
    await clean(phone, state_folder=tmp_path)


class Stubborn(dict[tuple[str, str], str]):
    """A phone whose maker took the shell's rights away for good."""

    def __setitem__(self, key: tuple[str, str], value: str) -> None:
        return


async def test_a_shell_without_rights_is_helped_by_root_or_told(
    opened: Any, tmp_path: Path
) -> None:
    for profile, rooted in ((NEW, True), (LOCKED, False)):
        twin, phone = await opened(profile)
        twin.system.app_ops = Stubborn()
        before = holdings(twin)
        facts = (await planted(phone, tmp_path)).seeds
        there = {one.data_type for one in facts if isinstance(one, PhoneIdentity)}
        missing = {one.data_type: one.reason for one in facts if isinstance(one, NotSeeded)}
        assert (DataType.SMS in there) is rooted
        assert (DataType.SMS in missing) is not rooted
        assert ("let the shell" if rooted else "Android 8") in missing[DataType.LOCATION]
        assert rooted or "messaging app" in missing[DataType.SMS]
        await clean(phone, state_folder=tmp_path)
        assert holdings(twin) == before


async def test_a_photo_that_the_index_does_not_show_is_told_with_its_place(
    opened: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    twin, phone = await opened(OLD)
    before = holdings(twin)
    monkeypatch.setattr(twin.system.providers.media, "scan", lambda path: None)
    monkeypatch.setattr("farm.devices.seeding.photos._PAUSE_SECONDS", 0.01)
    facts = (await planted(phone, tmp_path)).seeds
    missing = {one.data_type: one.reason for one in facts if isinstance(one, NotSeeded)}
    assert "index" in missing[DataType.MEDIA] and "index" in missing[DataType.PHOTO_LOCATION]
    await clean(phone, state_folder=tmp_path)
    assert holdings(twin) == before


async def test_what_the_app_put_on_the_clipboard_stays(opened: Any, tmp_path: Path) -> None:
    twin, phone = await opened(OLD)
    await planted(phone, tmp_path)
    twin.runtime.clipboard = "copied by the user meanwhile"
    await clean(phone, state_folder=tmp_path)
    assert twin.runtime.clipboard == "copied by the user meanwhile"


async def test_data_that_stays_is_an_error_and_stays_owed(opened: Any, tmp_path: Path) -> None:
    twin, phone = await opened(LOCKED)
    await planted(phone, tmp_path)
    twin.system.app_ops = Stubborn()  # the message can no longer be removed
    with pytest.raises(DeviceError, match="still on the phone: sms"):
        await clean(phone, state_folder=tmp_path)
    twin.system.app_ops = {}
    assert await clean(phone, state_folder=tmp_path) == ["planted data"]


async def test_a_ledger_that_the_phone_made_up_names_nothing_of_the_users(opened: Any) -> None:
    twin, phone = await opened(OLD)
    own_data(twin)
    before = holdings(twin)
    for token in ("%", "' OR 1=1 --", "../../IMG_0001", "a" * 31 + "%"):
        with pytest.raises(UsageError, match="none of the farm's"):
            await planting.remove(phone, Seeds(token=token).token)
    for right in (ShellRight(operation="CAMERA", before="allow"),
                  ShellRight(operation="WRITE_SMS", before="$(reboot)")):  # fmt: skip
        with pytest.raises(UsageError, match="unknown right"):
            await rights.restore(phone, right.operation, right.before)
    with pytest.raises(UsageError, match="unknown provider"):
        await positions.remove(phone, MockProvider(provider="fused;reboot").provider)
    assert holdings(twin) == before
