"""`content`, `appops` and `cmd location` through the real adb, in Android's own words."""

from farm.twin.phone import TwinPhone
from tests.twin.system.conftest import Adb

SMS = "content://sms/inbox"


async def test_rows_go_in_and_come_out(phone: TwinPhone, adb: Adb) -> None:
    raw = "content://com.android.contacts/raw_contacts"
    asked = f"content query --uri {raw} --projection _id:sourceid --where \"sourceid='a b:c'\""
    assert (await adb("shell", asked)).text.strip() == "No result found."
    await adb("shell", f"content insert --uri {raw} --bind 'sourceid:s:a b:c' --bind starred:i:1")
    told = (await adb("shell", asked)).text
    assert told.startswith("Row: 0 _id=") and told.rstrip().endswith("sourceid=a b:c")
    await adb("shell", f"content delete --uri {raw} --where \"sourceid='a b:c'\"")
    assert "No result" in (await adb("shell", asked)).text


async def test_messages_of_others_than_the_messaging_app_are_ignored(
    phone: TwinPhone, adb: Adb
) -> None:
    insert = f"content insert --uri {SMS} --bind address:s:1 --bind body:s:hello"
    asked = f"content query --uri {SMS} --projection body --where \"body='hello'\""
    answer = await adb("shell", insert)
    assert (answer.code, answer.text.strip()) == (0, "")  # as on a phone: it says nothing
    assert "No result" in (await adb("shell", asked)).text
    mode = "appops get com.android.shell WRITE_SMS"
    assert "No operations." in (await adb("shell", mode)).text
    await adb("shell", "appops set com.android.shell WRITE_SMS allow")
    assert (await adb("shell", mode)).text.strip() == "WRITE_SMS: allow"
    await adb("shell", insert)
    assert "Row: 0 body=hello" in (await adb("shell", asked)).text


async def test_mistakes_are_told(phone: TwinPhone, adb: Adb) -> None:
    for command, words in (
        ("content frobnicate --uri x", "Unsupported operation"),
        ("content query", "URI not specified"),
        (f"content insert --uri {SMS}", "Bindings not specified"),
        (f"content insert --uri {SMS} --bind body", "not well formed"),
        (f"content query --uri {SMS} --projection nonsense", "Invalid column nonsense"),
        ("content query --uri content://nobody/x", "Could not find provider: nobody"),
        ("appops set com.android.shell WRITE_SMS perhaps", "not valid"),
        ("appops get com.not.there CAMERA", "No UID for com.not.there"),
    ):
        assert words in (await adb("shell", command)).text, command


async def test_older_systems_know_no_test_providers(phone: TwinPhone, adb: Adb) -> None:
    await adb("shell", "cmd location providers add-test-provider gps")
    assert phone.system.mocked_position("gps") is None
