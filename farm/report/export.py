"""The analysis as JSON for other programs: versioned, stable, masked unless asked for."""

import functools
from typing import Any

import msgspec

from farm.model.finding import Analysis
from farm.model.session import Session
from farm.report.masking import Masker, mask

SCHEMA = "farm-analysis/1"
# Fields, of parties and evidence, that hold names: a host or a class may carry an identifier.
_NAMES = frozenset(
    {"name", "domain", "source", "host", "address", "socket", "process", "class_name", "stack"}
)


def to_json(
    analysis: Analysis, *, session: Session | None = None, show_values: bool = False
) -> bytes:
    """Return the analysis as one JSON object with sorted keys, indented.

    Its members are those of `farm.model.finding.Analysis`, with `schema`, `values` ("masked" or
    "full") and, if given, `session` beside them. Masked values keep their first and last two
    characters.
    """
    shown = analysis if show_values else masked(analysis)
    document: dict[str, Any] = msgspec.to_builtins(shown)
    document |= {"schema": SCHEMA, "values": "full" if show_values else "masked"}
    if session is not None:
        document["session"] = session if show_values else masked_session(session, analysis)
    compact = msgspec.json.encode(document, order="sorted")
    return msgspec.json.format(compact, indent=2) + b"\n"


def masked_session(session: Session, analysis: Analysis) -> Session:
    """Return the session with what the app collected masked, such as the phone's serial."""
    name_of = _masker(analysis).name
    tree = msgspec.to_builtins(session)
    tree["device"]["serial"] = name_of(tree["device"]["serial"])
    tree["app"]["label"] = name_of(tree["app"]["label"])
    tree["options"] = {name: name_of(value) for name, value in tree["options"].items()}
    return msgspec.convert(tree, Session)


def _masker(analysis: Analysis) -> Masker:
    """Masks every value that the findings rest on."""
    secrets = {
        text
        for finding in [*analysis.findings, *analysis.undetermined]
        for text in [
            *(match.value for flow in finding.flows for match in flow.matches),
            *(match.found for flow in finding.flows for match in flow.matches),
            *(call.result for call in finding.calls if call.result),
            *(identity.value for identity in finding.identities),
        ]
    }
    return Masker(sorted(secrets), show=False)


def masked(analysis: Analysis) -> Analysis:
    """Return the analysis with every value of an identifier masked, wherever it may stand."""
    masker = _masker(analysis)
    tree = msgspec.to_builtins(analysis)
    for finding in [*tree["findings"], *tree["undetermined"]]:
        _mask_names(finding, masker)
        finding["reasons"] = [masker.text(text) for text in finding["reasons"]]
        for call in finding["calls"]:
            call["arguments"] = [masker.text(text) for text in call["arguments"]]
            call["result"] = None if call["result"] is None else mask(call["result"])
        for identity in finding["identities"]:
            identity["value"] = mask(identity["value"])
        for flow in finding["flows"]:
            flow["url"] = masker.url(flow["url"])
            for match in flow["matches"]:
                match["found"], match["value"] = mask(match["found"]), mask(match["value"])
                match["path"] = [masker.text(step) for step in match["path"]]
                match["location"] = masker.text(match["location"])
                for step in match["transforms"]:
                    step["input_path"] = [masker.text(part) for part in step["input_path"]]
    tree["verdict"]["reasons"] = [masker.text(text) for text in tree["verdict"]["reasons"]]
    coverage = tree["coverage"]
    for name in ("hosts_seen", "hosts_refused"):
        coverage[name] = [masker.name(host) for host in coverage[name]]
    for gap in coverage["gaps"]:
        gap |= {name: masker.name(gap[name]) for name in ("what", "cause", "detail")}
    said = functools.cache(masker.text)  # many clauses rest on the same signals
    for judgement in tree["clauses"]:
        for sighting in judgement["sightings"]:
            for sign in sighting["signs"]:
                sign["zh"], sign["en"] = said(sign["zh"]), said(sign["en"])
    return msgspec.convert(tree, Analysis)


def _mask_names(node: Any, masker: Masker) -> None:
    """Mask identifiers in every name below a node of a finding, in place."""
    if isinstance(node, list):
        for one in node:
            _mask_names(one, masker)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name not in _NAMES:
                _mask_names(value, masker)
            elif isinstance(value, str):
                node[name] = masker.name(value)
            elif isinstance(value, list):
                node[name] = [masker.name(one) for one in value]
