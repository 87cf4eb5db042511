"""Look for the switch of personalised advertising, and switch it off.

Not finding it is no proof: it may stand where nobody looked. What was searched is put before a
person.
"""

from farm.scenario import Consent, Explore, Standard, Step, scenario


@scenario(
    title="Switch personalised advertising off",
    title_zh="关闭个性化广告",
    duration=150,
    clauses=("GB/T 35273-2020 7.5",),
)
async def advertising_opt_out(
    consent: Consent,
    explore: Explore,
    step: Step,
    dialog: float = 25.0,
    taps: int = 6,
) -> None:
    """Agree, walk to the settings, find the switch, turn it off, look at it again."""
    async with step("accept", deadline=dialog + 120):
        await consent.get_past("accept", dialog)
    way = None
    async with step("look for the switch", deadline=240):
        way = await explore.search("advertising", taps=taps, asked=True)
    if way is None:
        return
    async with step("switch off", deadline=60):
        await explore.switch_off("advertising", way, Standard.PERSONALISED_ADS_CAN_BE_SWITCHED_OFF)
