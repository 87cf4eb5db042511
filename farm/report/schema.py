"""The published schema of `farm report --json`: JSON Schema 2020-12, made from the structs.

It is derived and never written by hand, so it cannot part from what is exported.
"""

from typing import Any

import msgspec

from farm.model.finding import Analysis
from farm.model.session import Session
from farm.report.export import SCHEMA


def analysis_schema() -> bytes:
    """Return the schema of the exported document."""
    (analysis, session), definitions = msgspec.json.schema_components(
        [Analysis, Session], ref_template="#/$defs/{name}"
    )
    del analysis
    shape: dict[str, Any] = definitions.pop("Analysis")
    shape["properties"] |= {
        "schema": {"const": SCHEMA},
        "values": {"enum": ["masked", "full"]},
        "session": session,
    }
    shape["required"] = sorted({*shape["required"], "schema", "values"})
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:farm:{SCHEMA}",
        "title": "farm analysis",
        **shape,
        "$defs": definitions,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
