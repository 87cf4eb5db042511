"""Deny every permission that the app asks for, one after the other, and see how it takes it."""

from farm.scenario import (
    App,
    Consent,
    Expect,
    Explore,
    PermissionPolicy,
    Permissions,
    Screen,
    Standard,
    Step,
    scenario,
)

_AFTERWARDS = 4.0  # seconds in which an app that quits on a refusal would do so


@scenario(
    title="Deny permissions one by one",
    title_zh="逐一拒绝系统权限",
    duration=240,
    clauses=("GB/T 41391-2022 6.5", "MIIT 2020-164"),
)
async def permissions_denied(
    app: App,
    screen: Screen,
    consent: Consent,
    permissions: Permissions,
    explore: Explore,
    step: Step,
    expect: Expect,
    dialog: float = 25.0,
    watched: float = 20.0,
    events: int = 40,
) -> None:
    """Agree to the policy, deny each request; then watch, and start the app anew."""
    permissions.permission_policy = PermissionPolicy.LEAVE
    async with step("accept", deadline=dialog + 120):
        await consent.get_past("accept", dialog)
    denied: set[str] = set()
    async with step("deny what is asked for untouched", deadline=dialog + 180):
        while (request := await permissions.wait(dialog)) is not None:
            if request.group in denied:
                expect.that(
                    Standard.NOT_ASKED_AGAIN_AFTER_DENIAL, False, f"{request.title}: asked again"
                )
                break
            if not await permissions.deny():
                break
            denied.add(request.group)
            await app.watch(_AFTERWARDS, interruptions=False)
            stays = await app.alive()
            expect.that(Standard.STAYS_AFTER_PERMISSION_DENIED, stays, request.title)
            if not stays:
                expect.that(Standard.USABLE_AFTER_PERMISSION_DENIED, False, "the app quit")
                return
        else:
            if denied:
                expect.that(Standard.NOT_ASKED_AGAIN_AFTER_DENIAL, True, f"{len(denied)} denied")
    permissions.permission_policy = PermissionPolicy.DENY
    report = None
    async with step("use the app, denying", deadline=300):
        report = await explore(events=events)
    denied |= {each.group for each in permissions.requests if each.allowed is False}
    if report is not None and denied:
        usable = report.screens > 1
        expect.that(
            Standard.USABLE_AFTER_PERMISSION_DENIED, usable, f"{report.screens} screens reached"
        )
    if not denied:
        return
    permissions.permission_policy = PermissionPolicy.LEAVE
    async with step("start anew", deadline=watched + 120):
        if not await app.reopen():
            return
        request = await permissions.wait(watched)
        asked = request is not None and request.group in denied
        detail = request.title if request is not None else "nothing was asked for"
        expect.that(Standard.NOT_ASKED_AGAIN_AT_NEXT_START, not asked, detail)
