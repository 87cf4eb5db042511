"""Deny a permission, then see whether the app asks for it again within 48 hours of phone clock.

The clock is set forward, which needs root, and which makes the phase of later calls unknowable:
this scenario is about the questions alone.
"""

from farm.scenario import (
    App,
    Consent,
    Expect,
    PermissionPolicy,
    Permissions,
    Phone,
    Standard,
    Step,
    scenario,
)

_HOURS = (1.0, 23.0, 23.0)  # 47 hours in all, in three starts


@scenario(
    title="Deny a permission and wait 48 hours of phone clock",
    title_zh="拒绝权限后48小时内是否再次申请",
    duration=180,
    clauses=("MIIT 2020-164", "CAC 2019-191"),
)
async def permissions_denied_48_hours(
    app: App,
    consent: Consent,
    permissions: Permissions,
    phone: Phone,
    step: Step,
    expect: Expect,
    dialog: float = 25.0,
    watched: float = 15.0,
) -> None:
    """Deny what is asked for at the start; at each later start nothing denied may be asked."""
    permissions.permission_policy = PermissionPolicy.LEAVE
    async with step("accept", deadline=dialog + 120):
        await consent.get_past("accept", dialog)
    denied: set[str] = set()
    async with step("deny", deadline=dialog + 120):
        while (request := await permissions.wait(dialog)) is not None:
            if request.group in denied or not await permissions.deny():
                break
            denied.add(request.group)
    if not denied:
        return
    again = ""
    for number, hours in enumerate(_HOURS, 1):
        async with step(f"start {number}, {hours:g} hours later", deadline=watched + 120):
            await app.stop()
            await phone.advance_clock(hours * 3600)
            if not await app.reopen():
                return
            request = await permissions.wait(watched)
            if request is not None and request.group in denied:
                again = f"{request.title}, at start {number}"
                break
    expect.that(Standard.NOT_ASKED_AGAIN_WITHIN_48_HOURS, not again, again or "not asked again")
