"""Agree, then withdraw the consent where the app lets one do so, and listen on.

Not finding the way claims nothing. What is collected afterwards stands in the recording, after
the step named "after the withdrawal".
"""

from farm.scenario import App, Consent, Expect, Explore, Screen, Standard, Step, scenario

_CONFIRM = ("确定撤回", "确认撤回", "确定", "确认", "撤回", "withdraw", "confirm", "ok", "yes")


@scenario(
    title="Withdraw the consent",
    title_zh="撤回同意",
    duration=180,
    clauses=("GB/T 35273-2020 8.4",),
)
async def consent_withdrawn(
    app: App,
    screen: Screen,
    consent: Consent,
    explore: Explore,
    step: Step,
    expect: Expect,
    dialog: float = 25.0,
    watched: float = 30.0,
    taps: int = 7,
) -> None:
    """Look for the entry, tap it, confirm, watch."""
    async with step("accept", deadline=dialog + 120):
        await consent.get_past("accept", dialog)
    way = None
    async with step("look for the entry", deadline=300):
        way = await explore.search("withdrawal", taps=taps)
    if way is None:
        return
    async with step("withdraw", deadline=90):
        before = await screen.texts()
        await explore.open(way, "withdrawal")
        if await screen.has_switch(way.labels[-1]):
            await screen.switch_off(way.labels[-1])
        for word in _CONFIRM:
            if await screen.shows(word):
                await screen.tap(word)
                break
        changed = await screen.texts() != before or not await app.alive()
        if changed:
            expect.that(Standard.CONSENT_CAN_BE_WITHDRAWN, True, " > ".join(way.labels))
    async with step("after the withdrawal", deadline=watched + 120):
        await app.watch(watched, interruptions=False)
