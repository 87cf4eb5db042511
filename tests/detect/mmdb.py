"""Writes a tiny MaxMind database, by the format's specification (version 2.0)."""

import ipaddress
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_SEPARATOR = b"\0" * 16
_MARKER = b"\xab\xcd\xefMaxMind.com"


def write_mmdb(path: Path, countries: Mapping[str, str]) -> Path:
    """Write a database of IPv4 networks and their countries."""
    tree: dict[str, Any] = {}
    for network, country in countries.items():
        net = ipaddress.IPv4Network(network)
        bits = f"{int(net.network_address):032b}"[: net.prefixlen]
        node = tree
        for bit in bits[:-1]:
            node = node.setdefault(bit, {})
        node[bits[-1]] = country
    nodes: list[dict[str, Any]] = []
    _number(tree, nodes)
    ids = {id(node): index for index, node in enumerate(nodes)}
    data, offsets = b"", {}
    for country in sorted(set(countries.values())):
        offsets[country] = len(data)
        data += _encode({"country": {"iso_code": country}})
    records = b"".join(
        struct.pack(">I", _record(node.get(bit), ids, offsets, len(nodes)))
        for node in nodes
        for bit in "01"
    )
    meta = {
        "node_count": len(nodes),
        "record_size": 32,
        "ip_version": 4,
        "database_type": "Test-Country",
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": 1_700_000_000,
        "languages": [],
        "description": {},
    }
    path.write_bytes(records + _SEPARATOR + data + _MARKER + _encode(meta))
    return path


def _number(node: dict[str, Any], nodes: list[dict[str, Any]]) -> None:
    nodes.append(node)
    for child in node.values():
        if isinstance(child, dict):
            _number(child, nodes)


def _record(child: Any, ids: dict[int, int], offsets: dict[str, int], count: int) -> int:
    if child is None:
        return count
    if isinstance(child, dict):
        return ids[id(child)]
    return count + len(_SEPARATOR) + offsets[child]


def _encode(value: Any) -> bytes:
    if isinstance(value, dict):
        members = b"".join(_encode(key) + _encode(member) for key, member in value.items())
        return bytes([7 << 5 | len(value)]) + members
    if isinstance(value, list):
        return bytes([0, 4])  # an array, extended type 11, of nothing
    if isinstance(value, str):
        return bytes([2 << 5 | len(value)]) + value.encode()
    return bytes([6 << 5 | 4]) + struct.pack(">I", value)
