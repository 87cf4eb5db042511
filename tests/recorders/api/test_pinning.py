"""Checks of pinned certificates: overridden where a session asks for it, each recorded."""

import asyncio
import platform

import pytest

from farm.model.events import PinningBypassed
from farm.model.vocabulary import GapCause
from tests.recorders.api.hooked import Hooked, until
from tests.recorders.api.victim import Portal, Victim, flutter

REFUSING = ("manager", "host", "moved", "webview", "trustkit", "x5", "uc")


async def test_without_the_option_every_check_stands(portal: Portal) -> None:
    async with Victim(portal) as victim, Hooked(portal, victim) as hooked:
        for check in (*REFUSING, "obfuscated", "obfuscated"):
            assert await victim.do(f"pin {check}") == "refused"
        assert await victim.do("pin cronet") == "quic"
        assert await hooked.recorder.canary("d0ne", 5)
        await hooked.stop()
    assert not hooked.bodies(PinningBypassed)


async def test_with_the_option_each_check_gives_way_and_says_so(portal: Portal) -> None:
    async with Victim(portal) as victim, Hooked(portal, victim, bypass_pinning=True) as hooked:
        for check in REFUSING:
            assert await victim.do(f"pin {check}") == "passed", check
        assert await victim.do("pin cronet") == "http/2"
        await until(lambda: len(hooked.bodies(PinningBypassed)) >= len(REFUSING) + 1)
        # Under another name the pinner is known from its first refusal on.
        await victim.do("pin obfuscated")
        assert await victim.do("pin obfuscated") == "passed"
        await until(lambda: len(hooked.bodies(PinningBypassed)) >= len(REFUSING) + 2)
        # What fails for another reason goes on failing.
        assert await victim.do("pin mistake") == "no_check_of_a_certificate"
        await hooked.stop()
    manager, host, moved, web, kit, x5, uc, cronet, hidden = hooked.bodies(PinningBypassed)
    assert manager.mechanism == "trust manager com.example.victim.Pins$Manager"
    assert host.host == "api.example"
    assert (moved.mechanism, moved.host) == (
        "okhttp CertificatePinner com.shaded.okhttp3.CertificatePinner",
        "moved.example",
    )
    for view in (web, x5, uc):
        assert view.mechanism == "WebView onReceivedSslError"
        assert view.host == "https://shop.example/"
    assert kit.mechanism == (
        "trust manager com.datatheorem.android.trustkit.pinning.PinningTrustManager"
    )
    assert cronet.mechanism == "cronet QUIC off"
    assert (hidden.mechanism, hidden.host) == ("okhttp CertificatePinner a.b.c", "hidden.example")
    assert not hooked.gaps(GapCause.RECORDER_FAILED)


async def test_a_trust_manager_that_was_there_before_is_met_where_it_is_handed_over(
    portal: Portal,
) -> None:
    async with Victim(portal) as victim:
        assert await victim.do("pin manager") == "refused"  # its class is there now
        async with Hooked(portal, victim, bypass_pinning=True) as hooked:
            assert await victim.do("pin manager") == "refused"  # nobody has seen it yet
            assert await victim.do("pin context") == "passed"
            await until(lambda: hooked.bodies(PinningBypassed))
    [bypassed] = hooked.bodies(PinningBypassed)
    assert bypassed.mechanism == "trust manager com.example.victim.Pins$Manager"


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the library is x86-64 machine code")
async def test_flutters_own_check_is_found_by_its_machine_code(portal: Portal) -> None:
    library = await asyncio.to_thread(flutter)
    async with Victim(portal) as victim, Hooked(portal, victim, bypass_pinning=True) as hooked:
        await victim.do(f"native load {library}")
        assert await victim.do("native flutter true") == "0"
        assert not hooked.bodies(PinningBypassed)  # it trusted by itself
        assert await victim.do("native flutter false") == "0"
        await until(lambda: hooked.bodies(PinningBypassed))
        await hooked.stop()
    [bypassed] = hooked.bodies(PinningBypassed)
    assert bypassed.mechanism == "flutter"
    async with Victim(portal) as victim, Hooked(portal, victim) as untouched:
        await victim.do(f"native load {library}")
        assert await victim.do("native flutter false") == "1"
        await untouched.stop()
    assert not untouched.bodies(PinningBypassed)
