"""See how many taps away the privacy policy is, and whether it can be read there."""

from farm.scenario import App, Consent, Expect, Explore, Screen, Standard, Step, scenario

_LEAST_WORDS = 200  # characters on the first screen: less is a heading, not a policy
_CONTACTS = ("联系我们", "投诉", "举报", "客服", "contact us", "complain", "@", "热线", "电话")


@scenario(
    title="Privacy policy within four taps",
    title_zh="四次点击内可查看隐私政策",
    duration=150,
    clauses=("CAC 2019-191", "GB/T 35273-2020 5.5"),
)
async def policy_reachable(
    app: App,
    screen: Screen,
    consent: Consent,
    explore: Explore,
    step: Step,
    expect: Expect,
    dialog: float = 25.0,
    taps: int = 7,
) -> None:
    """Agree, look for the policy, open it, read it. Not finding it is no proof."""
    async with step("accept", deadline=dialog + 120):
        await consent.get_past("accept", dialog)
    way = None
    async with step("look for the policy", deadline=300):
        way = await explore.within("policy", Standard.POLICY_WITHIN_FOUR_TAPS, taps=taps)
    if way is None:
        return
    async with step("read it", deadline=120):
        if not await explore.open(way, "policy"):
            return
        words = "".join(await screen.read_all())
        if not words:  # a picture, or a browser whose words the phone does not tell
            return
        if len(words) >= _LEAST_WORDS:
            expect.that(Standard.POLICY_READABLE, True, f"{len(words)} characters")
        if any(each in words.lower() for each in _CONTACTS):
            expect.that(Standard.CONTACT_FOR_COMPLAINTS_SHOWN, True, "named in the policy")
    await app.alive()
