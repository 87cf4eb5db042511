"""Whether what a phone sent is the app's doing: all its programs use one proxy.

Connections that hooks tied to the app are the business of `connections`; here is what requests say
of themselves, and what was too early for the app.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from farm.detect.links import Carried, Checked
from farm.detect.timeline import FOREVER, Timeline
from farm.model.events import Launched, WebViewUsed
from farm.model.exchange import Exchange
from farm.model.vocabulary import Stream


def announces(exchange: Exchange, package: str, opened: Mapping[str, int]) -> bool:
    """Whether a request says that it is the app's: it names the app, or a page that it opened.

    WebViews name their app in "X-Requested-With" (developer.android.com, `WebView`), and what they
    send comes from a page whose host stands in Referer and Origin. Only its own process can have a
    reason to write the app's name there.
    """
    hosts = {exchange.host}
    for raw_name, value in exchange.request_headers:
        name = raw_name.lower()
        if name == b"x-requested-with" and package and value == package.encode():
            return True
        if name in (b"referer", b"origin"):
            hosts.add(_host_of(value.decode("ascii", "replace")))
    return any(opened.get(host, FOREVER) <= exchange.started for host in hosts)


def pages(timeline: Timeline) -> dict[str, int]:
    """Hosts of the pages that the app opened in its WebViews, each with its first time, host ns."""
    opened: dict[str, int] = {}
    for placed in timeline.of(Stream.API, WebViewUsed):
        body = placed.event.body
        if isinstance(body, WebViewUsed) and body.action == "load":
            host = _host_of(body.detail)
            if host and placed.interval.hi < FOREVER:
                opened[host] = min(opened.get(host, FOREVER), placed.interval.lo)
    return opened


def _host_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def launched(timeline: Timeline) -> int:
    """Before this, host ns, no code of the app ran: it is removed and installed anew."""
    starts = timeline.of(Stream.DEVICE, Launched)
    return min((placed.interval.lo for placed in starts), default=-FOREVER)


def of_the_app(
    carried: Sequence[Carried], checked: Sequence[Checked], launched: int
) -> tuple[list[Carried], list[Checked], list[str]]:
    """Leaves out what other programs of the phone sent before the app could send anything."""
    kept: list[Carried] = []
    earlier: dict[str, int] = {}
    for one in carried:
        if one.interval.hi >= launched:
            kept.append(one)
            continue
        line = f"{one.known.data_type}: to {one.exchange.host}"
        earlier[line] = earlier.get(line, 0) + 1
    others = [one for one in checked if one.interval.hi >= launched]
    return kept, others, [f"{line}, {count} times" for line, count in sorted(earlier.items())]
