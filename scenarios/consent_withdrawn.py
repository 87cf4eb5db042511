"""Agree, then withdraw the consent where the app lets one do so, and listen on.

Not finding the way is no proof. Once the app shows that the consent is withdrawn, the recording is
in the phase "after withdrawal", and what is collected then is judged like what is collected after
a refusal.
"""

from farm.scenario import App, Consent, Explore, Step, scenario


@scenario(
    title="Withdraw the consent",
    title_zh="撤回同意",
    duration=180,
    clauses=("GB/T 35273-2020 8.4",),
)
async def consent_withdrawn(
    app: App,
    consent: Consent,
    explore: Explore,
    step: Step,
    dialog: float = 25.0,
    watched: float = 30.0,
    taps: int = 7,
) -> None:
    """Look for the entry, tap it, confirm, watch."""
    async with step("accept", deadline=dialog + 120):
        await consent.get_past("accept", dialog)
    way = None
    async with step("look for the entry", deadline=300):
        way = await explore.search("withdrawal", taps=taps, asked=True)
    if way is None:
        return
    async with step("withdraw", deadline=90):
        await explore.withdraw(way)
    async with step("after the withdrawal", deadline=watched + 120):
        await app.watch(watched, interruptions=False)
