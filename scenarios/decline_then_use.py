"""Refuse the privacy consent, then try to use the app all the same."""

from farm.scenario import App, Consent, Expect, Explore, Screen, Standard, Step, scenario

_NAGGED = 2  # dialogs after the refusal: one may belong to a function that needs consent


@scenario(
    title="Decline the privacy consent, then use the app",
    title_zh="拒绝隐私政策后继续使用",
    duration=150,
    clauses=("GB/T 35273-2020 5.3", "CAC 2019-191"),
)
async def decline_then_use(
    app: App,
    screen: Screen,
    consent: Consent,
    explore: Explore,
    step: Step,
    expect: Expect,
    dialog: float = 25.0,
    events: int = 25,
) -> None:
    """Refuse, then touch what the app still offers; another dialog is refused again."""
    answer = None
    async with step("decline", deadline=dialog + 120):
        answer = await consent.get_past("decline", dialog)
    if answer is None or not answer.answered:
        return
    if answer.app_left:
        expect.that(Standard.USABLE_AFTER_DECLINE, False, "the app quits when it is refused")
        return
    asked = screen.appearances("privacy_consent")
    report = None
    async with step("use the app", deadline=dialog + 300):
        report = await explore(events=events, consent="decline")
    if report is None:
        return
    again = screen.appearances("privacy_consent") - asked
    expect.that(
        Standard.USABLE_AFTER_DECLINE,
        report.screens > 1 or again == 0,
        f"{report.screens} screens could be reached after the refusal",
    )
    expect.that(
        Standard.NOT_NAGGED_AFTER_DECLINE,
        again < _NAGGED,
        f"asked for consent {again} times in {report.events} touches after the refusal",
    )
    await app.alive()
