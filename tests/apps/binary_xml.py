"""Small APKs made in tests: a binary manifest (AOSP ResourceTypes.h) inside a zip file."""

import struct
import zipfile
from pathlib import Path

_ANDROID = "http://schemas.android.com/apk/res/android"
_IDS = {
    "label": 0x01010001,
    "name": 0x01010003,
    "minSdkVersion": 0x0101020C,
    "versionCode": 0x0101021B,
    "versionName": 0x0101021C,
    "targetSdkVersion": 0x01010270,
}
_STRING, _INTEGER = 0x03, 0x10
_NONE = 0xFFFFFFFF

Element = tuple[str, dict[str, str | int], list["Element"]]


def binary_xml(root: Element) -> bytes:
    """Encode a manifest; attributes named in `_IDS` are Android's, others have no name space."""
    strings = list(_IDS)

    def index(text: str) -> int:
        if text not in strings:
            strings.append(text)
        return strings.index(text)

    def chunk(kind: int, body: bytes) -> bytes:
        return struct.pack("<HHI", kind, 16, 8 + len(body)) + body

    def element(each: Element) -> bytes:
        name, attributes, children = each
        rows = []
        for key in sorted(attributes, key=lambda word: _IDS.get(word, 0)):
            value = attributes[key]
            space = index(_ANDROID) if key in _IDS else _NONE
            if isinstance(value, int):
                rows.append(struct.pack("<3IHBBI", space, index(key), _NONE, 8, 0, _INTEGER, value))
            else:
                at = index(value)
                rows.append(struct.pack("<3IHBBI", space, index(key), at, 8, 0, _STRING, at))
        head = struct.pack("<2I2I6H", 1, _NONE, _NONE, index(name), 20, 20, len(rows), 0, 0, 0)
        start = chunk(0x0102, head + b"".join(rows))
        end = chunk(0x0103, struct.pack("<4I", 1, _NONE, _NONE, index(name)))
        return start + b"".join(map(element, children)) + end

    space = struct.pack("<4I", 1, _NONE, index("android"), index(_ANDROID))
    body = chunk(0x0100, space) + element(root) + chunk(0x0101, space)
    data = b""
    offsets = []
    for text in strings:
        offsets.append(len(data))
        encoded = text.encode("utf-16-le", "surrogatepass")
        size = len(encoded) // 2
        length = (
            struct.pack("<H", size)
            if size < 0x8000
            else struct.pack("<HH", 0x8000 | (size >> 16), size & 0xFFFF)
        )
        data += length + encoded + b"\0\0"
    data += b"\0" * (-len(data) % 4)
    header = 28 + 4 * len(strings)
    pool = struct.pack("<HHI5I", 1, 28, header + len(data), len(strings), 0, 0, header, 0)
    pool += struct.pack(f"<{len(offsets)}I", *offsets) + data
    identifiers = struct.pack(f"<{len(_IDS)}I", *_IDS.values())
    resources = struct.pack("<HHI", 0x0180, 8, 8 + len(identifiers)) + identifiers
    content = pool + resources + body
    return struct.pack("<HHI", 3, 8, 8 + len(content)) + content


def manifest(
    package: str = "com.example.small", label: str = "Small", lowest: int = 23, **more: str | int
) -> bytes:
    """A manifest with a launcher activity, one permission and target SDK 28."""
    launcher: Element = (
        "intent-filter",
        {},
        [
            ("action", {"name": "android.intent.action.MAIN"}, []),
            ("category", {"name": "android.intent.category.LAUNCHER"}, []),
        ],
    )
    return binary_xml(
        (
            "manifest",
            {"package": package, "versionCode": 7, "versionName": "1.2", **more},
            [
                ("uses-sdk", {"minSdkVersion": lowest, "targetSdkVersion": 28}, []),
                ("uses-permission", {"name": "android.permission.READ_PHONE_STATE"}, []),
                (
                    "application",
                    {"label": label},
                    [("activity", {"name": ".Main"}, [launcher])],
                ),
            ],
        )
    )


def write_apk(path: Path, files: dict[str, bytes]) -> Path:
    """A zip file with these entries."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path
