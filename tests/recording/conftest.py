"""Recordings made through the real writer."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from farm.model.events import Heartbeat, Started, Step, Stopped
from farm.model.session import FORMAT_VERSION, App, DeviceInfo, Session
from farm.model.vocabulary import AccessMode, Outcome, Stream
from farm.recording import RecordingWriter, load_or_create_key


def make_session(**changes: object) -> Session:
    """A session that has just begun."""
    values: dict[str, object] = {
        "format_version": FORMAT_VERSION,
        "session_id": "s-1",
        "app": App(
            package="com.example.app",
            label="例子",
            version_name="1.0",
            version_code=1,
            target_sdk=28,
            apk_sha256="ab" * 32,
            signer_sha256="cd" * 32,
            main_activity="com.example.app.Main",
        ),
        "device": DeviceInfo(
            serial="phone-1",
            manufacturer="Xiaomi",
            brand="Xiaomi",
            model="MI 8",
            device="dipper",
            android_version="9",
            sdk=28,
            abi="arm64-v8a",
            build_fingerprint="Xiaomi/dipper",
            screen=(1080, 2248),
            profile="xiaomi-mi8-android9-su",
            access=AccessMode.SU,
        ),
        "scenario": "launch_idle",
        "scenario_sha256": "ef" * 32,
        "created": 1_700_000_000_000_000_000,
        **changes,
    }
    return Session(**values)  # type: ignore[arg-type]


def write_recording(folder: Path, *, finished: bool = True) -> Path:
    """A small recording with two streams, a screenshot and a session that ended."""
    writer = RecordingWriter.create(folder, make_session())
    for stream in (Stream.UI, Stream.DEVICE):
        events = writer.stream(stream)
        events.append(Started())
        for number in range(20):
            events.append(Step(name=f"步骤 {number}", state="begin"))
            events.append(Heartbeat(counts={"steps": number}))
        if finished:
            events.append(Stopped())
    writer.add_file("screens/0001.png", b"\x89PNG not really a picture")
    if finished:
        writer.update_session(make_session(outcome=Outcome.COMPLETE, ended=1_700_000_060 * 10**9))
    writer.close()
    return folder


@pytest.fixture
def key(tmp_path: Path) -> Ed25519PrivateKey:
    """A signing key of this test."""
    return load_or_create_key(tmp_path / "keys" / "seal.pem")
