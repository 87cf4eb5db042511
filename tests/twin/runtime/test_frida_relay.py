"""What the relay reads off a Frida connection, whole and in pieces."""

import os

import pytest

from farm.twin.runtime.dbus import build_signal, message_size, parse_call, spawn_info
from farm.twin.runtime.frida_server_file import frida_server_version, make_frida_server
from farm.twin.runtime.websocket import FrameReader, server_frame


def masked(payload: bytes) -> bytes:
    key = os.urandom(4)
    body = bytes(byte ^ key[at % 4] for at, byte in enumerate(payload))
    frame = bytearray(server_frame(payload))
    frame[1] |= 0x80
    return bytes(frame[: len(frame) - len(payload)]) + key + body


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 200_001])
@pytest.mark.parametrize("step", [1, 7, 1_000_000])
def test_frames_are_found_however_they_are_cut(size: int, step: int) -> None:
    if step == 1 and size > 1000:
        step = 977
    payload = os.urandom(size)
    stream = b"GET /ws HTTP/1.1\r\nHost: x\r\n\r\n" + masked(payload) + masked(b"next")
    reader = FrameReader()
    found: list[bytes] = []
    for at in range(0, len(stream), step):
        found.extend(reader.feed(stream[at : at + step]))
    assert found == [payload, b"next"]
    assert reader.boundary


def test_a_stream_within_a_frame_is_no_boundary() -> None:
    reader = FrameReader()
    list(reader.feed(b"HTTP/1.1 101 x\r\n\r\n"))
    assert reader.boundary
    list(reader.feed(server_frame(b"abc")[:3]))
    assert not reader.boundary


def test_signals_have_the_form_of_dbus() -> None:
    signal = build_signal("re.frida.HostSession17", "SpawnAdded", "(us)", spawn_info(7, "a"), 9)
    assert message_size(signal) == len(signal)
    assert parse_call(signal) is None  # a signal is no call
    with pytest.raises(ValueError):
        parse_call(b"X" * 32)


@pytest.mark.parametrize(
    ("abi", "machine"), [("arm64-v8a", 183), ("armeabi-v7a", 40), ("x86_64", 62)]
)
def test_frida_server_file_says_its_machine_and_version(abi: str, machine: int) -> None:
    data = make_frida_server("17.6.0", abi)
    assert data[:4] == b"\x7fELF"
    assert int.from_bytes(data[18:20], "little") == machine
    assert frida_server_version(data) == "17.6.0"
    assert frida_server_version(b"\x7fELF" + bytes(100)) is None
