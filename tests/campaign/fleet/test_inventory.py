"""What a host reports of its phones, as the database keeps it."""

from farm.campaign.database import Database
from farm.campaign.fleet.inventory import fleet, history, report_phones
from farm.devices.pool_entry import DeviceStatus
from farm.devices.states import DeviceState


async def test_what_a_broken_phone_says_is_kept_whatever_is_in_it(database: Database) -> None:
    """A broken cable or a hostile shell can put anything into an error's text."""
    broken = DeviceStatus(
        serial="b7c1", state=DeviceState.QUARANTINED, reason="id: \0\udcff", failures=3
    )
    await report_phones(
        database, "host-a", [broken], {}, {}, [("b7c1", "quarantined", "id: \0\udcff")]
    )
    (phone,) = await fleet(database)
    assert (phone.serial, phone.reason, phone.failures) == ("b7c1", "id: ␀?", 3)
    assert [line.detail for line in await history(database, "b7c1")] == ["id: ␀?"]
