"""What goes into the app's encryption, digests, encodings and compression, and what comes out."""

import asyncio
import base64
import gzip
import hashlib
import hmac
import zlib

import pytest

from farm.model.events import Blob, Transform
from farm.model.vocabulary import GapCause, TransformKind
from farm.recorders.api.build import build_bundle
from tests.recorders.api.hooked import Hooked, until
from tests.recorders.api.victim import Portal, Victim

PLAIN = b"imei=860000000000000&more"
KEY = b"0123456789abcdef"

SERIALISERS = (
    "gson", "fastjson", "fastjson.bytes", "fastjson2", "fastjson2.bytes", "jackson",
    "jackson.bytes", "moshi",
)  # fmt: skip


@pytest.fixture(scope="module")
def serialised() -> Hooked:
    """One process in which each library wrote once, and all read."""

    async def run() -> Hooked:
        async with Portal() as portal, Victim(portal) as victim:
            async with Hooked(portal, victim) as hooked:
                for what in SERIALISERS:
                    await victim.do(f"serialise {what}")
                await victim.do("serialise near")
                assert await hooked.recorder.canary("d0ne", 5)
        return hooked

    build_bundle()
    return asyncio.run(run())


def holds(blob: Blob, content: bytes) -> None:
    """The blob stands for exactly these bytes."""
    assert blob.sample == content
    assert blob.size == len(content)
    assert blob.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("what", ["cipher", "pieces", "buffers"])
async def test_encryption_is_one_event_with_key_and_both_sides(portal: Portal, what: str) -> None:
    async with Victim(portal) as victim, Hooked(portal, victim) as hooked:
        answer = bytes.fromhex(await victim.do(f"change {what}"))
        await until(lambda: hooked.bodies(Transform))
        await hooked.stop()
    [seen] = hooked.bodies(Transform)
    assert (seen.operation, seen.algorithm) == (TransformKind.CIPHER, "AES/CBC/PKCS5Padding")
    assert seen.direction == "encrypt"
    assert seen.iv == bytes(16)
    assert seen.key is not None
    holds(seen.key, KEY)
    holds(seen.input, PLAIN)
    holds(seen.output, answer)
    assert seen.stack[0].startswith("com.example.victim.Changes.run(")
    assert seen.pid == victim.pid
    assert not hooked.gaps(GapCause.RECORDER_FAILED)


async def test_each_operation_gives_what_python_gives(portal: Portal) -> None:
    kinds = ("mac", "digest", "base64", "decode", "gzip", "deflate", "json")
    async with Victim(portal) as victim, Hooked(portal, victim) as hooked:
        answers = {kind: bytes.fromhex(await victim.do(f"change {kind}")) for kind in kinds}
        await until(lambda: len(hooked.bodies(Transform)) >= len(kinds))
        await hooked.stop()
    mac, digest, encoded, decoded, zipped, deflated, written = hooked.bodies(Transform)
    assert mac.key is not None
    holds(mac.key, KEY)
    holds(mac.input, PLAIN)
    holds(mac.output, hmac.digest(KEY, PLAIN, "sha256"))
    assert (digest.operation, digest.algorithm) == (TransformKind.DIGEST, "MD5")
    holds(digest.input, PLAIN)
    holds(digest.output, hashlib.md5(PLAIN, usedforsecurity=False).digest())
    assert (encoded.direction, decoded.direction) == ("encode", "decode")
    holds(encoded.input, PLAIN)
    holds(encoded.output, base64.b64encode(PLAIN))
    holds(decoded.input, b"aW1laQ==")
    holds(decoded.output, b"imei")
    assert (zipped.operation, zipped.algorithm) == (TransformKind.COMPRESSION, "gzip")
    holds(zipped.input, PLAIN)
    assert gzip.decompress(zipped.output.sample) == PLAIN
    assert zlib.decompress(deflated.output.sample) == PLAIN
    holds(written.output, b'{"imei":"860000000000000"}')
    assert written.algorithm == "org.json"
    for kind, seen in zip(kinds, hooked.bodies(Transform), strict=True):
        holds(seen.output, answers[kind])
    assert not hooked.gaps(GapCause.RECORDER_FAILED)


async def test_streams_in_a_row_are_followed_one_into_the_next(portal: Portal) -> None:
    async with Victim(portal) as victim, Hooked(portal, victim) as hooked:
        sent = bytes.fromhex(await victim.do("change stream"))
        await until(lambda: len(hooked.bodies(Transform)) >= 2)
        await hooked.stop()
    seen = {one.operation: one for one in hooked.bodies(Transform)}
    holds(seen[TransformKind.COMPRESSION].input, PLAIN)
    assert gzip.decompress(seen[TransformKind.CIPHER].input.sample) == PLAIN
    holds(seen[TransformKind.CIPHER].output, sent)


async def test_what_the_platform_hashes_for_itself_is_not_the_apps(portal: Portal) -> None:
    async with Victim(portal) as victim, Hooked(portal, victim) as hooked:
        assert await victim.do("change platform") == "done"
        await victim.do("change base64")  # the app's own comes after it
        await until(lambda: hooked.bodies(Transform))
        await hooked.stop()
    assert [one.operation for one in hooked.bodies(Transform)] == [TransformKind.BASE64]


@pytest.mark.parametrize("library", sorted({one.split(".")[0] for one in SERIALISERS}))
def test_each_json_library_tells_what_it_wrote(serialised: Hooked, library: str) -> None:
    answer = f'{{"{library}":"860000000000000"}}'.encode()
    written = [one for one in serialised.bodies(Transform) if one.algorithm == library]
    assert len(written) == len([one for one in SERIALISERS if one.split(".")[0] == library])
    for one in written:
        assert (one.operation, one.direction) == (TransformKind.JSON, "")
        holds(one.output, answer)
        assert one.stack[0].startswith("com.example.victim.Serialises.run(")


def test_reading_json_and_classes_of_the_same_name_are_silent(serialised: Hooked) -> None:
    assert {one.algorithm for one in serialised.bodies(Transform)} == {
        one.split(".")[0] for one in SERIALISERS
    }
    assert not serialised.gaps(GapCause.RECORDER_FAILED)
    assert not [gap for gap in serialised.gaps(GapCause.HOOK_FAILED) if "json" in gap.scope]
