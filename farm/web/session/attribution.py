"""Whose an event is: the analysis says it where it spoke of it, else the parties' lists do."""

from farm.detect.flows import is_own
from farm.detect.parties import Parties
from farm.detect.rules import load_rules
from farm.model.events import Event, Request
from farm.model.finding import Analysis, Party
from farm.model.session import Session


class Attribution:
    """Who made a call or received a request. Where the analysis says it, the analysis counts."""

    def __init__(self, session: Session, analysis: Analysis) -> None:
        self._parties = Parties(session.app, load_rules())
        self._stacks: dict[tuple[str, ...], str] = {}
        self._said: dict[str, str] = {}
        self._hosts: dict[str, str] = {}
        self.callers: dict[str, Party] = {}
        for finding in [*analysis.findings, *analysis.undetermined]:
            self._said.update({call.event: call.caller.name for call in finding.calls})
            self.callers.update({call.caller.name: call.caller for call in finding.calls})
            self._hosts.update({flow.host: flow.receiver.name for flow in finding.flows})

    def of(self, event: Event) -> str:
        """The party's name, "" where the event is nobody's."""
        said = self._said.get(event.reference)
        if said is not None:
            return said
        body = event.body
        if isinstance(body, Request):
            return self._host(body.host, body.address)
        stack: list[str] = getattr(body, "stack", [])
        if not stack:
            return ""
        key = tuple(stack)
        if key not in self._stacks:
            party = self._parties.caller(stack).party
            self._stacks[key] = party.name
            self.callers.setdefault(party.name, party)
        return self._stacks[key]

    def _host(self, host: str, address: str) -> str:
        if is_own(host):
            return ""
        if host not in self._hosts:
            self._hosts[host] = self._parties.receiver(host, address).name
        return self._hosts[host]
