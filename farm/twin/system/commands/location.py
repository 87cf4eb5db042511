"""`cmd location providers`: test providers of positions (AOSP, LocationShellCommand, Android 12).

`dumpsys location` prints where the phone last was.
"""

import re

from farm.twin.system.commands.content import SHELL_PACKAGE, operation_mode
from farm.twin.system.shell_context import Context

FIRST_LEVEL = 31
PROVIDERS = ("gps", "network", "fused", "passive")
_PLACE = re.compile(r"(-?\d{1,3}(?:\.\d{1,15})?),(-?\d{1,3}(?:\.\d{1,15})?)")


async def cmd_location(context: Context, words: list[str]) -> int:
    """`cmd location ...`."""
    system = context.system
    if system.sdk < FIRST_LEVEL:
        # Earlier systems have the service without a shell command behind it.
        return await context.fail("No shell command implementation.", 0)
    if words[:1] == ["is-location-enabled"]:
        await context.out("true\n")
        return 0
    if words[:1] != ["providers"] or len(words) < 3:
        return await context.fail(f"Unknown command: {' '.join(words)[:80]}", 255)
    verb, provider, rest = words[1], words[2][:40], words[3:]
    if not context.actor.is_root and (
        operation_mode(context, SHELL_PACKAGE, "MOCK_LOCATION") != "allow"
    ):
        await context.err(
            "\nException occurred while executing 'providers':\njava.lang.SecurityException: "
            "uid 2000 does not have android:mock_location.\n"
        )
        return 255
    places = system.test_providers
    if verb == "add-test-provider":
        places[provider] = None
        if len(places) > len(PROVIDERS) * 2:
            places.clear()
    elif verb == "remove-test-provider":
        places.pop(provider, None)
    elif provider not in places:
        await context.err(
            "\nException occurred while executing 'providers':\n"
            f"java.lang.IllegalArgumentException: {provider} provider is not a test provider\n"
        )
        return 255
    elif verb == "set-test-provider-location":
        place = _place(rest)
        if place is None:
            return await context.fail("IllegalArgumentException: Location is required", 255)
        places[provider] = place
    elif verb != "set-test-provider-enabled":
        return await context.fail(f"Unknown command: {verb[:80]}", 255)
    return 0


def _place(words: list[str]) -> tuple[float, float] | None:
    options = dict(zip(words[::2], words[1::2], strict=False))
    found = _PLACE.fullmatch(options.get("--location", ""))
    if found is None:
        return None
    latitude, longitude = float(found[1]), float(found[2])
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def dump_location(context: Context) -> str:
    """`dumpsys location`, as far as clients read it."""
    identity = context.system.identity
    lines = ["Location Manager State:", "  Last Known Locations:"]
    for provider in ("gps", "network"):
        place = context.system.mocked_position(provider)
        latitude, longitude = place or (identity.latitude, identity.longitude)
        mock = " mock" if place is not None else ""
        lines.append(
            f"    {provider}: Location[{provider} {latitude:.6f},{longitude:.6f} hAcc=25{mock}]"
        )
    return "".join(f"{line}\n" for line in lines)
