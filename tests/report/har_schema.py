"""The structure of HAR 1.2 as JSON Schema, from its specification
(http://www.softwareishard.com/blog/har-12-spec/): every member it names with its type, those it
does not call optional required, and no other member unless its name begins with an underscore."""

from typing import Any

STRING = {"type": "string"}
NUMBER = {"type": "number"}
INTEGER = {"type": "integer"}
# "YYYY-MM-DDThh:mm:ss.sTZD"
TIME = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$",
}
TOOK = {"type": "number", "minimum": -1}  # ms; -1 where it does not apply


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**required, **(optional or {}), "comment": STRING},
        "patternProperties": {"^_": {}},
        "additionalProperties": False,
        "required": sorted(required),
    }


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


_PAIR = _object({"name": STRING, "value": STRING})
_COOKIE = _object(
    {"name": STRING, "value": STRING},
    {
        "path": STRING,
        "domain": STRING,
        "expires": TIME,
        "httpOnly": {"type": "boolean"},
        "secure": {"type": "boolean"},
    },
)
_PARAMETER = _object({"name": STRING}, {"value": STRING, "fileName": STRING, "contentType": STRING})
_POSTED = _object({"mimeType": STRING}, {"params": _list(_PARAMETER), "text": STRING})
_REQUEST = _object(
    {
        "method": STRING,
        "url": STRING,
        "httpVersion": STRING,
        "cookies": _list(_COOKIE),
        "headers": _list(_PAIR),
        "queryString": _list(_PAIR),
        "headersSize": INTEGER,
        "bodySize": INTEGER,
    },
    {"postData": _POSTED},
)
_CONTENT = _object(
    {"size": INTEGER, "mimeType": STRING},
    {"compression": INTEGER, "text": STRING, "encoding": STRING},
)
_RESPONSE = _object(
    {
        "status": INTEGER,
        "statusText": STRING,
        "httpVersion": STRING,
        "cookies": _list(_COOKIE),
        "headers": _list(_PAIR),
        "content": _CONTENT,
        "redirectURL": STRING,
        "headersSize": INTEGER,
        "bodySize": INTEGER,
    }
)
_ENTRY = _object(
    {
        "startedDateTime": TIME,
        "time": {"type": "number", "minimum": 0},
        "request": _REQUEST,
        "response": _RESPONSE,
        "cache": _object({}, {"beforeRequest": {}, "afterRequest": {}}),
        "timings": _object(
            {"send": TOOK, "wait": TOOK, "receive": TOOK},
            {"blocked": TOOK, "dns": TOOK, "connect": TOOK, "ssl": TOOK},
        ),
    },
    {"pageref": STRING, "serverIPAddress": STRING, "connection": STRING},
)
_PROGRAM = _object({"name": STRING, "version": STRING})
_PAGE = _object(
    {
        "startedDateTime": TIME,
        "id": STRING,
        "title": STRING,
        "pageTimings": _object({}, {"onContentLoad": TOOK, "onLoad": TOOK}),
    }
)
HAR = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "required": ["log"],
    "properties": {
        "log": _object(
            {"version": {"const": "1.2"}, "creator": _PROGRAM, "entries": _list(_ENTRY)},
            {"browser": _PROGRAM, "pages": _list(_PAGE)},
        )
    },
}
