"""One phone's traffic on its way to disk: `network.jsonl` and `flows.mitm` of one recording.

Knows what may stand in an event and how gaps open and close. Knows nothing of connections.
"""

import time
from collections import Counter
from pathlib import Path
from typing import Any

from mitmproxy import version as mitmproxy_version
from mitmproxy.connection import Connection
from mitmproxy.flow import Flow
from mitmproxy.io import tnetstring

from farm.model.errors import DiskFull
from farm.model.events import AnyBody, Gap, Heartbeat, Started, Stopped, TlsFailed
from farm.model.vocabulary import GapCause, Stream
from farm.recorders.network.flow_bytes import FlowEncoder
from farm.recording import StreamWriter
from farm.recording.files import FLOWS, no_room
from farm.recording.flow_file import mend_flow_file
from farm.recording.flows import safe_text
from farm.recording.journal import Journal

_LONGEST_HOST = 300
_LONGEST_REASON = 500
_MOST_REFUSED_HOSTS = 2000


class SessionLog:
    """Writes one session's network events and flows. All calls come from one event loop."""

    def __init__(self, session: str, folder: Path, *, resumed: bool) -> None:
        """Open the files; `resumed` says that another process recorded here and died.

        Raises:
            RecordingError: somebody else records into the folder, or it is sealed.
            DiskFull: there is no room to begin.
        """
        self.session = session
        self.counts: Counter[str] = Counter()
        self.disk_full = False
        self._refused: dict[tuple[str, int], tuple[str, int]] = {}  # host, port -> gap, its start
        self._encoder = FlowEncoder()
        self._refusals = 0
        self._events = StreamWriter(folder, Stream.NETWORK)
        try:
            mend_flow_file(folder / FLOWS)
            self._flows = Journal(folder / FLOWS)
            last = self._events.last_time
            if resumed:
                self.add(
                    Gap(
                        gap_id=f"proxy-down-{self._events.count}",
                        cause=GapCause.PROXY_DOWN,
                        start=time.time_ns() if last is None else last,
                        end=time.time_ns(),
                        detail="the capture process died and was started again; "
                        "requests under way at that time are not in the recording",
                    )
                )
            self.add(Started(versions={"mitmproxy": mitmproxy_version.VERSION}))
        except BaseException:
            self._events.close()
            raise

    def add(self, body: AnyBody, t: int | None = None) -> None:
        """Append one event; a full disk is noted and does not disturb the traffic."""
        try:
            self._events.append(body, t)
        except DiskFull:
            self.disk_full = True

    def add_flow(self, flow: Flow) -> None:
        """Append one flow with its bytes."""
        if not self.disk_full:
            self._append(self._encoder.encode(flow))

    def add_state(self, state: dict[str, Any]) -> None:
        """Append what `Flow.get_state` gave, changed or not."""
        if not self.disk_full:
            self._append(tnetstring.dumps(state))

    def forget(self, connection: Connection) -> None:
        """The connection is over: no flow of it will come."""
        self._encoder.forget(connection)

    def _append(self, entry: bytes) -> None:
        try:
            self._flows.append_raw(entry)
        except OSError as error:
            if not no_room(error):
                raise
            self.disk_full = True
            now = time.time_ns()
            self.add(Gap(gap_id="flows-full", cause=GapCause.DISK_FULL, start=now, scope=FLOWS))

    def heartbeat(self) -> None:
        """Say that the proxy was alive, with running totals."""
        self.add(Heartbeat(counts={**self.counts, "lost": self._events.lost}))

    def tls_failed(self, host: str, port: int, side: str, reason: str, since: int) -> None:
        """Note a failed handshake; the app's refusal of our CA opens a gap for the host.

        The gap begins with the connection (`since`, ns). It is closed by the next request that
        comes through to the same host and port, which shows that the app accepts us there, or part
        of it does: a library that goes on refusing opens a gap again at its next attempt. A gap
        counts against coverage whether it is closed or not.
        """
        host = bounded(host, _LONGEST_HOST)
        self.counts[f"tls_failed_{side}"] += 1
        now = time.time_ns()
        self.add(
            TlsFailed(host=host, port=port, side=side, reason=bounded(reason, _LONGEST_REASON)),
            now,
        )
        if side != "app" or (host, port) in self._refused:
            return
        self._refusals += 1
        gap_id, start = f"tls-refused-{self._refusals}", since or now
        if len(self._refused) < _MOST_REFUSED_HOSTS:
            self._refused[host, port] = (gap_id, start)
        self.add(
            Gap(
                gap_id=gap_id,
                cause=GapCause.TLS_REFUSED,
                start=start,
                scope=host,
                detail="the app did not accept the capture's certificate",
            ),
            now,
        )

    def tls_worked(self, host: str, port: int) -> None:
        """Close the host's gap: a request to it came through after all."""
        if not self._refused:
            return
        host = bounded(host, _LONGEST_HOST)
        gap = self._refused.pop((host, port), None)
        if gap is not None:
            now = time.time_ns()
            self.add(
                Gap(
                    gap_id=gap[0],
                    cause=GapCause.TLS_REFUSED,
                    start=gap[1],
                    end=now,
                    scope=host,
                    detail="a later request to the host was seen",
                ),
                now,
            )

    def close(self) -> None:
        """Say that the recorder ended in order, and close the files durably."""
        try:
            self.heartbeat()
            self.add(Stopped())
            self._flows.sync()
            self._events.sync()
        finally:  # whatever the disk says: nobody could seal what stays locked
            self._flows.close()
            self._events.close()


def bounded(text: str, longest: int) -> str:
    """Return text from the wire as valid Unicode of at most `longest` characters."""
    return safe_text(text[:longest])[:longest]
