"""The OpenAPI document, made from the table of operations and the types they name."""

from collections.abc import Sequence
from typing import Any

import msgspec

from farm import __version__
from farm.web.accounts.tokens import Scope
from farm.web.api.operation import APK, JSON, PREFIX, Nothing, Operation
from farm.web.api.values import Refusal

_TEMPLATE = "#/components/schemas/{name}"
_ALWAYS = {
    400: "What was given cannot be used",
    401: "No valid token",
    403: "The token or its owner may not",
    429: "Too often; see Retry-After",
    503: "Database or store is away",
}
_SOMETIMES = {
    404: "There is no such thing",
    409: "It is not in a state for that",
    413: "Larger than accepted",
    415: "Another content type is expected",
}


def openapi(operations: tuple[Operation, ...]) -> dict[str, Any]:
    """The document, OpenAPI 3.1."""
    kinds = _kinds(operations)
    schemas, components = msgspec.json.schema_components(kinds, ref_template=_TEMPLATE)
    by_kind = {id(kind): schema for kind, schema in zip(kinds, schemas, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(PREFIX + one.path, {})[one.method.lower()] = _operation(
            one, by_kind, components
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "farm",
            "version": __version__,
            "description": "Campaigns, apps, cases and self-checks of an app privacy lab. "
            "Texts that apps chose (packages, labels, versions) are hostile: escape them.",
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": f"A token of one's account; scopes: {', '.join(Scope)}",
                }
            },
        },
    }


def _kinds(operations: Sequence[Operation]) -> list[Any]:
    found: list[Any] = [Refusal]
    for one in operations:
        found += [one.gives, one.query, *one.parameters.values()]
        if one.body is not None:
            found.append(one.body)
    return list({id(kind): kind for kind in found}.values())


def _operation(
    one: Operation, by_kind: dict[int, Any], components: dict[str, Any]
) -> dict[str, Any]:
    answers = {
        "200": {
            "description": "Done",
            "content": {JSON: {"schema": by_kind[id(one.gives)]}},
        }
    }
    refusals = dict(_ALWAYS) | {status: _SOMETIMES[status] for status in one.refusals}
    if one.body is not None:
        refusals |= {415: _SOMETIMES[415], 413: _SOMETIMES[413]}
    for status, text in sorted(refusals.items()):
        answers[str(status)] = {
            "description": text,
            "content": {JSON: {"schema": by_kind[id(Refusal)]}},
        }
    described: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "description": f"Needs a token with the scope `{one.access.scope}`.",
        "parameters": [*_path(one, by_kind), *_query(one, components)],
        "responses": answers,
    }
    if one.body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {JSON: {"schema": by_kind[id(one.body)]}},
        }
    if one.file:
        described["requestBody"] = {
            "required": True,
            "content": {APK: {"schema": {"type": "string", "format": "binary"}}},
        }
    return described


def _path(one: Operation, by_kind: dict[int, Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": by_kind[id(kind)]}
        for name, kind in one.parameters.items()
    ]


def _query(one: Operation, components: dict[str, Any]) -> list[dict[str, Any]]:
    if one.query is Nothing:
        return []
    schema = components[one.query.__name__]
    return [
        {"name": name, "in": "query", "required": False, "schema": kind}
        for name, kind in schema["properties"].items()
    ]
