"""Rows of the phone's providers mean what they mean on a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from farm.twin.contracts import ContentError, ContentValue
from farm.twin.system.actor import ROOT_ACTOR
from farm.twin.system.filesystem import Filesystem
from farm.twin.system.identity import make_identity
from farm.twin.system.providers.resolver import ContentProviders

Row = dict[str, ContentValue]
RAW = "content://com.android.contacts/raw_contacts"
DATA = "content://com.android.contacts/data"
PHONES = "content://com.android.contacts/data/phones"
CONTACTS = "content://com.android.contacts/contacts"
CALENDARS = "content://com.android.calendar/calendars"
EVENTS = "content://com.android.calendar/events"
IMAGES = "content://media/external/images/media"
ADAPTER = "?caller_is_syncadapter=true"
MINE = ADAPTER + "&account_name=mine&account_type=LOCAL"
NUMBER = "vnd.android.cursor.item/phone_v2"
NAME = "vnd.android.cursor.item/name"


def make(folder: Path, sdk: int = 28) -> ContentProviders:
    identity = make_identity(1)
    return ContentProviders(identity, Filesystem(folder), sdk, lambda: 1_700_000_000 * 10**9)


@pytest.fixture
def providers(tmp_path: Path) -> Iterator[ContentProviders]:
    made = make(tmp_path)
    yield made
    made.close()


def add(providers: ContentProviders, name: str, number: str, **raw: str) -> int:
    made = providers.insert(RAW, {"sourceid": "s", **raw})
    for kind, value in ((NAME, name), (NUMBER, number)):
        row: Row = {"raw_contact_id": made, "mimetype": kind, "data1": value}
        providers.insert(DATA, row)
    return made


def test_the_owners_data_is_there(providers: ContentProviders) -> None:
    identity = make_identity(1)
    rows = providers.query(PHONES, ["display_name", "data1"])[1]
    assert [tuple(row) for row in rows] == identity.contacts
    assert providers.query("content://sms/inbox", ["address", "body"])[1] == [
        list(one) for one in identity.messages
    ]
    assert len(providers.query("content://call_log/calls")[1]) == len(identity.contacts)


def test_a_contact_is_seen_through_every_table(providers: ContentProviders) -> None:
    raw = add(providers, "陈晓", "154 0000 1111".replace(" ", ""))
    assert providers.query(CONTACTS, ["display_name", "has_phone_number"], f"_id={raw}")[1] == [
        ["陈晓", 1]
    ]
    lookup = "content://com.android.contacts/phone_lookup/%2B8615400001111"
    assert providers.query(lookup, ["display_name", "number"])[1] == [["陈晓", "15400001111"]]
    assert providers.query(f"{RAW}/{raw}/data", ["data1"], "mimetype=?", [NAME])[1] == [["陈晓"]]
    assert providers.query(lookup.replace("1111", "1112"), ["display_name"])[1] == []


def test_removing_a_contact(providers: ContentProviders) -> None:
    local = add(providers, "本机", "15400000001")
    account = add(providers, "云端", "15400000002", account_type="com.google", account_name="a")
    assert providers.delete(RAW, f"_id IN ({local}, {account})") == 2
    # Of an account it is kept, hidden, for its sync adapter; of the phone alone it is gone.
    assert providers.query(RAW, ["deleted"], f"_id={local}")[1] == []
    assert providers.query(RAW, ["deleted"], f"_id={account}")[1] == [[1]]
    assert providers.query(PHONES, ["_id"], f"raw_contact_id IN ({local}, {account})")[1] == []
    assert providers.delete(RAW + ADAPTER, f"_id={account}") == 1
    assert providers.query(DATA, ["_id"], f"raw_contact_id={account}")[1] == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"data1": "x", "mimetype": NAME}, "raw_contact_id is required"),
        ({"data1": "x", "raw_contact_id": 1}, "mimetype is required"),
        ({"data1": "x", "raw_contact_id": 999, "mimetype": NAME}, "not there"),
        ({"nonsense": "x", "raw_contact_id": 1, "mimetype": NAME}, "no column"),
    ],
)
def test_data_needs_its_contact(
    row: dict[str, str | int], said: str, providers: ContentProviders
) -> None:
    with pytest.raises(ContentError, match=said):
        providers.insert(DATA, row)


def test_only_sync_adapters_make_calendars(providers: ContentProviders) -> None:
    row = {"account_name": "mine", "account_type": "LOCAL", "name": "mine"}
    with pytest.raises(ContentError, match="Only sync adapters"):
        providers.insert(CALENDARS, row)
    with pytest.raises(ContentError, match="must specify an account"):
        providers.insert(CALENDARS + ADAPTER, row)
    calendar = providers.insert(CALENDARS + MINE, row)
    entry: Row = {"calendar_id": calendar, "title": "会议", "dtstart": 1, "eventTimezone": "UTC"}
    for lacking in ("dtstart", "eventTimezone", "calendar_id"):
        with pytest.raises(ContentError):
            kept = {k: v for k, v in entry.items() if k != lacking}
            providers.insert(EVENTS, kept | {"dtend": 2})
    with pytest.raises(ContentError, match="DTEND and DURATION"):
        providers.insert(EVENTS, entry)
    with pytest.raises(ContentError, match="does not exist"):
        providers.insert(EVENTS, entry | {"dtend": 2, "calendar_id": 77})
    providers.insert(EVENTS, entry | {"dtend": 2})
    assert providers.delete(CALENDARS + MINE, f"_id={calendar}") == 1
    assert providers.query(EVENTS, ["title"])[1] == []  # they go with their calendar


def test_messages_lie_in_boxes_and_threads(providers: ContentProviders) -> None:
    providers.insert("content://sms/inbox", {"address": "1", "body": "a", "type": 2})
    providers.insert("content://sms/sent", {"address": "1", "body": "b"})
    providers.insert("content://sms", {"address": "2", "body": "c"})
    ours = "body IN ('a', 'b', 'c')"
    rows = providers.query("content://sms", ["body", "type"], ours, [], "body")[1]
    assert rows == [["a", 1], ["b", 2], ["c", 1]]
    threads = providers.query("content://sms", ["thread_id"], ours, [], "body")[1]
    assert threads[0] == threads[1] != threads[2]
    assert providers.query("content://sms/sent", ["body"])[1] == [["b"]]
    assert providers.delete("content://sms/sent", "body = 'a'") == 0  # the URI's box bounds it


def test_only_scanned_files_are_pictures(providers: ContentProviders, tmp_path: Path) -> None:
    files = Filesystem(tmp_path)
    path = "/storage/emulated/0/DCIM/a.jpg"
    with files.open_write("/sdcard/DCIM/a.jpg", ROOT_ACTOR) as file:
        file.write(b"no picture at all")
    assert providers.query(IMAGES, ["_data"])[1] == []
    providers.media.scan("/sdcard/DCIM/a.jpg")
    [[number, data]] = providers.query(IMAGES, ["_id", "_data"])[1]
    assert data == path
    assert providers.file(f"{IMAGES}/{number}").read_bytes() == b"no picture at all"
    assert providers.delete(IMAGES, "_display_name = 'a.jpg'") == 1
    assert not files.exists(path)  # as on a phone: the row's file goes with it
    with pytest.raises(ContentError, match="No item"):
        providers.file(f"{IMAGES}/{number}")
    providers.media.scan("/data/local/tmp/x.jpg")
    providers.media.scan("/sdcard/../../data/system/users.jpg")
    assert providers.query("content://media/external/file", ["_id"])[1] == []


@pytest.mark.parametrize(
    "selection",
    [
        "1); DELETE FROM sms; --",
        "_id = (DELETE FROM sms)",
        "1) UNION SELECT load_extension('x') --",
        "_id IN (WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t) SELECT x FROM t)",
        "body = hex(zeroblob(900000000))",
        "body LIKE ?",
        "(" * 3000,
    ],
)
def test_a_hostile_condition_changes_nothing_and_ends(
    selection: str, providers: ContentProviders
) -> None:
    before = providers.query("content://sms")
    with pytest.raises(ContentError):
        providers.query("content://sms", ["body"], selection)
    assert providers.query("content://sms") == before


@pytest.mark.parametrize(
    "uri", ["content://nobody/x", "http://sms", "sms", "content://", "content://sms/nonsense"]
)
def test_unknown_uris_are_refused(uri: str, providers: ContentProviders) -> None:
    with pytest.raises(ContentError, match="Unknown"):
        providers.query(uri)


def test_columns_are_those_of_the_table(providers: ContentProviders) -> None:
    for projection in (["nonsense"], ["body, address"], ["*"], ["(SELECT 1)"]):
        with pytest.raises(ContentError, match="Invalid column"):
            providers.query("content://sms", projection)


def test_tables_are_bounded(providers: ContentProviders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("farm.twin.system.providers.database.MOST_ROWS", 3)
    with pytest.raises(ContentError, match="full"):
        for number in range(5):
            providers.insert("content://sms", {"address": "1", "body": str(number)})
    with pytest.raises(ContentError, match="too long"):
        providers.insert("content://call_log/calls", {"number": "1" * 200_000})
