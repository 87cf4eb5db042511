"""The database behind the providers: one statement at a time, with bounds, for untrusted callers.

Conditions and orders are texts of apps and shells; they can read and nothing else.
"""

import re
import sqlite3
import weakref
from collections.abc import Mapping, Sequence

from farm.twin.contracts import ContentError, ContentValue
from farm.twin.system.providers.schema import SCHEMA

MOST_ROWS = 10_000  # of a table, and of an answer
_LONGEST_TEXT = 100_000
_LONGEST_VALUE = 1_000_000  # bytes that a function in a condition may make
_STEPS = 2_000_000  # of SQLite's virtual machine, for one statement
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION})
_ILLEGAL = "java.lang.IllegalArgumentException"
_BROKEN = "android.database.sqlite.SQLiteException"

Rows = tuple[list[str], list[list[ContentValue]]]


class Database:
    """All tables of one phone's providers."""

    def __init__(self) -> None:
        # Made on the thread that builds the phone, used on the loop's from then on.
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        # A phone that was built and never switched on is forgotten, not closed.
        self._closing = weakref.finalize(self, self._connection.close)
        self._connection.isolation_level = None
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.execute("PRAGMA recursive_triggers = OFF")
        self._connection.executescript(SCHEMA)

    def close(self) -> None:
        """Forget everything."""
        self._closing()

    def columns(self, table: str) -> list[str]:
        """Names of a table's or view's columns."""
        return [str(row[1]) for row in self._connection.execute(f"PRAGMA table_info({table})")]

    def query(
        self,
        table: str,
        projection: Sequence[str] | None,
        selection: str,
        arguments: Sequence[str] = (),
        order: str = "",
    ) -> Rows:
        """Rows of a table of ours.

        Raises:
            ContentError: an unknown column, or a text that SQLite does not take.
        """
        known = self.columns(table)
        wanted = list(projection) if projection else known
        for column in wanted:
            if column not in known:
                raise ContentError(_ILLEGAL, f"Invalid column {column[:60]}")
        text = f"SELECT {', '.join(wanted)} FROM {table}"  # noqa: S608 - names of the schema's
        text += f" WHERE ({selection})" if selection else ""
        text += f" ORDER BY {order}" if order else ""
        self._connection.set_authorizer(_only_reading)
        try:
            rows = self._execute(text, arguments)[0]
        except sqlite3.Error as error:
            raise ContentError(_BROKEN, f"{error} while compiling: {text[:300]}") from None
        finally:
            self._connection.set_authorizer(None)
        return wanted, [[_plain(value) for value in row] for row in rows]

    def insert(self, table: str, values: Mapping[str, ContentValue]) -> int:
        """Add a row; its id.

        Raises:
            ContentError: an unknown column, a value that does not fit, or a full table.
        """
        known = self.columns(table)
        for column, value in values.items():
            if column not in known or _NAME.fullmatch(column) is None:
                raise ContentError(
                    _BROKEN, f"table {table} has no column named {column[:60]} (code 1)"
                )
            if isinstance(value, str) and len(value) > _LONGEST_TEXT:
                raise ContentError(_ILLEGAL, f"{column} is too long")
        count = self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
        if count >= MOST_ROWS:
            raise ContentError(_BROKEN, "database or disk is full (code 13)")
        names, places = ", ".join(values), ", ".join("?" for _ in values)
        text = f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608 - checked above
        try:
            return int(self._execute(text, list(values.values()))[1].lastrowid or 0)
        except sqlite3.Error as error:
            raise ContentError(_BROKEN, str(error)) from None

    def ids(self, table: str, selection: str, arguments: Sequence[str] = ()) -> list[int]:
        """Ids of the rows that satisfy a condition."""
        _, rows = self.query(table, ["_id"], selection, arguments)
        return [int(row[0]) for row in rows if isinstance(row[0], int)]

    def delete(self, table: str, ids: Sequence[int]) -> int:
        """Remove rows by id; how many."""
        return self._by_id(f"DELETE FROM {table}", ids)  # noqa: S608 - a name of the schema's

    def mark_deleted(self, table: str, ids: Sequence[int]) -> int:
        """Hide rows until a sync adapter has told its server."""
        return self._by_id(f"UPDATE {table} SET deleted = 1", ids)  # noqa: S608 - as above

    def _by_id(self, text: str, ids: Sequence[int]) -> int:
        marks = ", ".join("?" for _ in ids)
        if not ids:
            return 0
        return self._execute(f"{text} WHERE _id IN ({marks})", list(ids))[1].rowcount

    def _execute(
        self, text: str, arguments: Sequence[ContentValue]
    ) -> tuple[list[tuple[object, ...]], sqlite3.Cursor]:
        self._connection.set_progress_handler(lambda: 1, _STEPS)
        try:
            cursor = self._connection.execute(text, arguments)
            return cursor.fetchmany(MOST_ROWS), cursor
        finally:
            self._connection.set_progress_handler(None, 0)


def _only_reading(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY


def _plain(value: object) -> ContentValue:
    if isinstance(value, bytes):
        return value.hex()
    return value if isinstance(value, str | int | float) else None
