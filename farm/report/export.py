"""The analysis as JSON for other programs: versioned, stable, masked unless asked for."""

from typing import Any

import msgspec

from farm.model.finding import Analysis
from farm.model.session import Session
from farm.report.masking import Masker, mask

SCHEMA = "farm-analysis/1"


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
        document["session"] = session
    compact = msgspec.json.encode(document, order="sorted")
    return msgspec.json.format(compact, indent=2) + b"\n"


def masked(analysis: Analysis) -> Analysis:
    """Return the analysis with every value of an identifier masked."""
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
    masker = Masker(sorted(secrets), show=False)
    tree = msgspec.to_builtins(analysis)
    for finding in [*tree["findings"], *tree["undetermined"]]:
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
    return msgspec.convert(tree, Analysis)
