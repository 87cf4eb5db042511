"""Agree, lock the phone, and listen to what the app does behind the lock screen."""

from farm.scenario import App, Consent, Phone, Step, scenario


@scenario(
    title="Behind the lock screen",
    title_zh="锁屏状态",
    duration=150,
    clauses=("GB/T 35273-2020 5.2",),
)
async def lock_screen(
    app: App,
    consent: Consent,
    phone: Phone,
    step: Step,
    dialog: float = 25.0,
    watched: float = 10.0,
    hidden: float = 60.0,
) -> None:
    """The screen is switched on again whatever happens."""
    async with step("accept", deadline=dialog + 120):
        await consent.get_past("accept", dialog)
    async with step("in front", deadline=watched + 60):
        await app.watch(watched)
    try:
        async with step("locked", deadline=hidden + 60):
            await phone.lock()
            await phone.rest(hidden)
    finally:
        await phone.unlock()
    async with step("unlocked", deadline=watched + 60):
        if await app.alive():
            await app.watch(watched)
