"""See whether the app can be used without an account."""

from farm.scenario import Consent, Expect, Explore, Screen, Standard, Step, scenario


@scenario(
    title="Guest mode",
    title_zh="游客模式",
    duration=150,
    clauses=("GB/T 35273-2020 5.3", "GB/T 41391-2022 6.1"),
)
async def guest_mode(
    screen: Screen,
    consent: Consent,
    explore: Explore,
    step: Step,
    expect: Expect,
    dialog: float = 25.0,
    events: int = 25,
) -> None:
    """Agree; where a log-in page stands in the way, look for a way around it.

    An app that shows its screens without any log-in offers a guest mode by that. One whose only
    screen is a log-in page without any way around it does not.
    """
    async with step("accept", deadline=dialog + 120):
        await consent.get_past("accept", dialog)
    way = None
    async with step("look for a way without an account", deadline=120):
        way = await explore.search("guest", taps=1)
        if way is not None:
            await explore.open(way, "guest")
    async with step("use the app", deadline=300):
        report = await explore(events=events)
        walls = sum(1 for wall in report.walls if not wall.passed)
        free = report.screens - walls
        if free > 1:
            expect.that(Standard.GUEST_MODE_OFFERED, True, f"{free} screens without an account")
        elif walls and report.screens == walls and not screen.appearances("crash"):
            expect.that(
                Standard.GUEST_MODE_OFFERED, False, f"only a log-in page: {report.walls[0].title}"
            )
