"""Entries of interfaces and of extended classes: each implementation, once, and no other."""

from pathlib import Path
from typing import Any

import yaml

from farm.model.vocabulary import GapCause
from tests.recorders.api.hooked import Hooked
from tests.recorders.api.victim import Portal, Victim

HANDS = "com.example.victim.Hands"


def entry(name: str, class_name: str, method: str, **more: Any) -> dict[str, Any]:
    """An entry that hands over what the method gives."""
    return {
        "id": name,
        "class": class_name,
        "method": method,
        "levels": "1-",
        "permission": "",
        "data_type": "location",
        "values": [{"from": "result"}],
        "source": ["test"],
        "reason": "as location clients are",
    } | more


def catalogue(folder: Path) -> Path:
    """One interface, who is handed an implementation of it, and one class that is extended."""
    path = folder / "hands.yaml"
    entries = [
        entry("source.read", f"{HANDS}$Source", "read", implementations=True),
        entry("source.take", HANDS, "take", values=[], data_type="behaviour"),
        entry("client.last", f"{HANDS}$Client", "last", implementations=True),
    ]
    path.write_text(yaml.safe_dump({"version": 1, "apis": entries}))
    return path


async def test_implementations_and_what_the_class_itself_does(
    portal: Portal, tmp_path: Path
) -> None:
    async with (
        Victim(portal) as victim,
        Hooked(portal, victim, catalogue=catalogue(tmp_path)) as hooked,
    ):
        for what in ("unseen", "other", "client", "special"):
            await victim.do(f"hand {what}")
        await hooked.until_called("client.last", 2)
        await hooked.stop()
    [source] = hooked.calls("source.read")
    assert source.values == ["known"]
    # The subclass asks its superclass on the way, which is no second reading.
    assert [call.values for call in hooked.calls("client.last")] == [["client"], ["special client"]]
    assert hooked.gaps(GapCause.HOOK_FAILED) == []
    assert hooked.gaps(GapCause.RECORDER_FAILED) == []


async def test_what_was_there_before_is_hooked_where_it_is_handed_over(
    portal: Portal, tmp_path: Path
) -> None:
    async with Victim(portal) as victim:
        await victim.do("hand before")  # its classes are there now
        async with Hooked(portal, victim, catalogue=catalogue(tmp_path)) as hooked:
            assert await victim.do("hand unseen") == "known"  # nobody has met it yet
            assert await victim.do("hand taken") == "known"
            await hooked.until_called("source.read")
            await victim.do("hand other")
            assert await victim.do("hand client") == "client"
            await hooked.until_called("client.last")
    [source] = hooked.calls("source.read")
    assert source.values == ["known"]
    assert len(hooked.calls("source.take")) == 1
