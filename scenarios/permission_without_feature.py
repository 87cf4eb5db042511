"""See whether the app asks for permissions although no function that needs them is used."""

from farm.scenario import (
    App,
    Consent,
    Expect,
    PermissionPolicy,
    Permissions,
    Screen,
    Standard,
    Step,
    scenario,
)


@scenario(
    title="Use no feature, and see what is asked for",
    title_zh="未使用业务功能时是否申请权限",
    duration=90,
    clauses=("GB/T 41391-2022 6.5", "MIIT 2020-164"),
)
async def permission_without_feature(
    app: App,
    screen: Screen,
    consent: Consent,
    permissions: Permissions,
    step: Step,
    expect: Expect,
    dialog: float = 25.0,
    watched: float = 30.0,
) -> None:
    """Agree to the policy and touch nothing more: a request now belongs to no function."""
    permissions.permission_policy = PermissionPolicy.LEAVE
    async with step("accept", deadline=dialog + 120):
        await consent.get_past("accept", dialog)
    async with step("touch nothing", deadline=watched + 120):
        request = await permissions.wait(watched)
        if request is None:
            alive = await app.alive()
            if alive:
                expect.that(Standard.NO_PERMISSION_WITHOUT_FEATURE, True, "nothing was asked for")
            return
        expect.that(Standard.NO_PERMISSION_WITHOUT_FEATURE, False, request.title)
        words = permissions.words_of(request.group)
        if words:  # told where any screen so far, or one around the request, spoke of it
            told = screen.has_said(*words)
            expect.that(Standard.PERMISSION_PURPOSE_TOLD, told, request.title)
