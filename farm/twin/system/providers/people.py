"""Contacts, calls and messages: which URI is which table, and what writing to it means.

Sources: AOSP ContactsProvider2, CallLogProvider, SmsProvider.
"""

import time
from collections.abc import Mapping

from farm.twin.contracts import ContentError, ContentValue
from farm.twin.system.providers.database import Database
from farm.twin.system.providers.schema import NAME, NUMBER
from farm.twin.system.providers.uris import ContentUri, Target, unknown

_ILLEGAL = "java.lang.IllegalArgumentException"
_INBOX, _SENT = 1, 2
_BOXES = {"inbox": _INBOX, "sent": _SENT, "draft": 3, "outbox": 4, "failed": 5, "queued": 6}


class Contacts:
    """The address book; every raw contact is a contact of its own."""

    authority = "com.android.contacts"

    def __init__(self, database: Database) -> None:
        self._database = database

    def target(self, uri: ContentUri) -> Target:
        """The table behind a URI."""
        match uri.path:
            case ["contacts"]:
                return Target("view_contacts")
            case ["contacts", number] if number.isdecimal():
                return Target("view_contacts", f"_id = {int(number)}")
            case ["raw_contacts"]:
                return Target("raw_contacts")
            case ["raw_contacts", number] if number.isdecimal():
                return Target("raw_contacts", f"_id = {int(number)}")
            case ["raw_contacts", number, "data"] if number.isdecimal():
                return Target("view_data", f"raw_contact_id = {int(number)}")
            case ["data"]:
                return Target("view_data")
            case ["data", number] if number.isdecimal():
                return Target("view_data", f"_id = {int(number)}")
            case ["data", "phones"]:
                return Target("view_phones")
            case ["data", "emails"]:
                return Target("view_emails")
            case ["phone_lookup", number]:
                return Target("view_lookup", _same_number(number))
        raise unknown(uri)

    def insert(self, uri: ContentUri, values: Mapping[str, ContentValue]) -> int:
        """Add a raw contact or one of its rows of data."""
        match uri.path:
            case ["raw_contacts"]:
                return self._database.insert("raw_contacts", values)
            case ["raw_contacts", number, "data"] if number.isdecimal():
                values = {**values, "raw_contact_id": int(number)}
            case ["data"]:
                pass
            case _:
                raise unknown(uri)
        raw, kind = values.get("raw_contact_id"), values.get("mimetype")
        if not isinstance(raw, int):
            raise ContentError(_ILLEGAL, "raw_contact_id is required")
        if not kind:
            raise ContentError(_ILLEGAL, "mimetype is required")
        if not self._database.ids("raw_contacts", f"_id = {raw}"):
            raise ContentError(_ILLEGAL, f"raw contact {raw} is not there")
        return self._database.insert("data", values)

    def delete(self, uri: ContentUri, selection: str, arguments: list[str]) -> int:
        """Remove rows; a contact of an account stays, hidden, until its sync adapter took note."""
        target = self.target(uri)
        if target.table == "raw_contacts":
            ids = self._database.ids("raw_contacts", target.where(selection), arguments)
            mine = f"_id IN ({', '.join(map(str, ids)) or 'NULL'})"
            gone = ids
            if not uri.sync_adapter:
                gone = self._database.ids("raw_contacts", f"{mine} AND account_type IS NULL")
            kept = [one for one in ids if one not in gone]
            self._database.mark_deleted("raw_contacts", kept)
            return self._database.delete("raw_contacts", gone) + len(kept)
        if target.table == "view_data":
            ids = self._database.ids("view_data", target.where(selection), arguments)
            return self._database.delete("data", ids)
        raise unknown(uri)

    def add_person(self, name: str, number: str) -> None:
        """A contact of the phone's owner."""
        raw = self._database.insert("raw_contacts", {"sourceid": None})
        for kind, value in ((NAME, name), (NUMBER, number)):
            row: dict[str, ContentValue] = {"raw_contact_id": raw, "mimetype": kind, "data1": value}
            self._database.insert("data", row)


class Calls:
    """The call log."""

    authority = "call_log"

    def __init__(self, database: Database) -> None:
        self._database = database

    def target(self, uri: ContentUri) -> Target:
        """The table behind a URI."""
        if uri.path == ["calls"]:
            return Target("calls")
        raise unknown(uri)

    def insert(self, uri: ContentUri, values: Mapping[str, ContentValue]) -> int:
        """Add a call."""
        return self._database.insert(self.target(uri).table, values)

    def delete(self, uri: ContentUri, selection: str, arguments: list[str]) -> int:
        """Remove calls."""
        ids = self._database.ids(self.target(uri).table, selection, arguments)
        return self._database.delete("calls", ids)


class Messages:
    """Text messages."""

    authority = "sms"

    def __init__(self, database: Database) -> None:
        self._database = database

    def target(self, uri: ContentUri) -> Target:
        """The table behind a URI."""
        match uri.path:
            case []:
                return Target("sms")
            case [number] if number.isdecimal():
                return Target("sms", f"_id = {int(number)}")
            case [box] if box in _BOXES:
                return Target("sms", f"type = {_BOXES[box]}")
        raise unknown(uri)

    def insert(self, uri: ContentUri, values: Mapping[str, ContentValue]) -> int:
        """Add a message to the box that the URI names, to the inbox where it names none."""
        self.target(uri)
        box = _BOXES.get(uri.path[0]) if uri.path else None
        row: dict[str, ContentValue] = {"date": time.time_ns() // 1_000_000, **values}
        row["type"] = box or row.get("type") or _INBOX
        if "thread_id" not in row:
            row["thread_id"] = self._thread(str(row.get("address") or ""))
        return self._database.insert("sms", row)

    def delete(self, uri: ContentUri, selection: str, arguments: list[str]) -> int:
        """Remove messages."""
        ids = self._database.ids("sms", self.target(uri).where(selection), arguments)
        return self._database.delete("sms", ids)

    def _thread(self, address: str) -> int:
        _, rows = self._database.query("sms", ["thread_id"], "address = ?", [address])
        if rows and isinstance(rows[0][0], int):
            return rows[0][0]
        _, rows = self._database.query("sms", ["thread_id"], "", (), "thread_id DESC LIMIT 1")
        return (rows[0][0] if rows and isinstance(rows[0][0], int) else 0) + 1


def _same_number(number: str) -> str:
    """Numbers are the same where their last digits are (PhoneNumberUtils, loose comparison)."""
    digits = "".join(one for one in number if one.isdecimal() and one.isascii())[-11:]
    return f"number LIKE '%{digits}'" if len(digits) >= 7 else f"number = '{digits}'"
