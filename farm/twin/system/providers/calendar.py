"""Calendars and appointments (AOSP CalendarProvider2)."""

from collections.abc import Mapping

from farm.twin.contracts import ContentError, ContentValue
from farm.twin.system.providers.database import Database
from farm.twin.system.providers.uris import ContentUri, Target, unknown

_ILLEGAL = "java.lang.IllegalArgumentException"


class Calendar:
    """The calendars of all accounts."""

    authority = "com.android.calendar"

    def __init__(self, database: Database) -> None:
        self._database = database

    def target(self, uri: ContentUri) -> Target:
        """The table behind a URI."""
        match uri.path:
            case ["calendars" | "events" as table]:
                return Target(table, "" if table == "calendars" else "deleted = 0")
            case ["calendars" | "events" as table, number] if number.isdecimal():
                return Target(table, f"_id = {int(number)}")
        raise unknown(uri)

    def insert(self, uri: ContentUri, values: Mapping[str, ContentValue]) -> int:
        """Add a calendar, as a sync adapter only, or an appointment to one that is there."""
        if uri.path == ["calendars"]:
            account = uri.parameters.get("account_name"), uri.parameters.get("account_type")
            if not uri.sync_adapter:
                raise ContentError(_ILLEGAL, "Only sync adapters may write to account_name")
            if not all(account):
                message = "Sync adapters must specify an account and account type"
                raise ContentError(_ILLEGAL, f"{message}: {uri.text}")
            return self._database.insert("calendars", values)
        if uri.path != ["events"]:
            raise unknown(uri)
        for column, name in (("dtstart", "DTSTART"), ("eventTimezone", "EVENT_TIMEZONE")):
            if values.get(column) is None:
                raise ContentError(_ILLEGAL, f"{name} field missing from event")
        if values.get("dtend") is None and values.get("duration") is None:
            raise ContentError(_ILLEGAL, "DTEND and DURATION cannot both be null for an event.")
        calendar = values.get("calendar_id")
        if not isinstance(calendar, int):
            raise ContentError(_ILLEGAL, "New events must specify a calendar id")
        if not self._database.ids("calendars", f"_id = {calendar}"):
            raise ContentError(_ILLEGAL, f"Calendar {calendar} does not exist")
        return self._database.insert("events", values)

    def delete(self, uri: ContentUri, selection: str, arguments: list[str]) -> int:
        """Remove rows; an appointment that a server knows stays, hidden, for its sync adapter."""
        target = self.target(uri)
        ids = self._database.ids(target.table, target.where(selection), arguments)
        if target.table == "events" and not uri.sync_adapter:
            mine = f"_id IN ({', '.join(map(str, ids)) or 'NULL'})"
            kept = self._database.ids("events", f"{mine} AND _sync_id IS NOT NULL")
            self._database.mark_deleted("events", kept)
            ids = [one for one in ids if one not in kept]
            return self._database.delete("events", ids) + len(kept)
        return self._database.delete(target.table, ids)
