"""Use the app, and see whether it brings other apps to life."""

from farm.scenario import App, Consent, Expect, Explore, Phone, Standard, Step, scenario


@scenario(
    title="Associated start of other apps",
    title_zh="关联启动其他应用",
    duration=150,
    clauses=("MIIT 2020-164",),
)
async def associated_start(
    app: App,
    consent: Consent,
    explore: Explore,
    phone: Phone,
    step: Step,
    expect: Expect,
    dialog: float = 25.0,
    events: int = 20,
    watched: float = 15.0,
) -> None:
    """Needs other apps on the phone; without any nothing is claimed.

    An app that the explorer itself opened by a touch (a browser behind a link) does not count.
    """
    others = await phone.other_apps()
    before = await phone.running(others)
    async with step("accept", deadline=dialog + 120):
        await consent.get_past("accept", dialog)
    report = None
    async with step("use the app", deadline=300):
        report = await explore(events=events)
    async with step("watch", deadline=watched + 60):
        await app.watch(watched)
    if not others or report is None:
        return
    started = await phone.running(others) - before - set(report.foreign)
    detail = ", ".join(sorted(started)) or f"none of {len(others)} other apps"
    expect.that(Standard.NO_ASSOCIATED_START, not started, detail)
