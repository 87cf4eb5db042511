"""Agree, end the app, tell it that the phone has booted, and see whether it starts by itself."""

from farm.scenario import App, Consent, Expect, Phone, Standard, Step, scenario


@scenario(
    title="Self-start after boot",
    title_zh="开机自启动",
    duration=120,
    clauses=("MIIT 2020-164",),
)
async def self_start(
    app: App,
    consent: Consent,
    phone: Phone,
    step: Step,
    expect: Expect,
    dialog: float = 25.0,
    watched: float = 10.0,
    waited: float = 30.0,
) -> None:
    """The broadcast needs root; on a phone without it nothing is claimed.

    An app that was ended by force hears no broadcast until it is started again, so the app is
    sent away and its process ended as the system does for want of memory.
    """
    async with step("accept", deadline=dialog + 120):
        await consent.get_past("accept", dialog)
    async with step("first run", deadline=watched + 60):
        await app.watch(watched)
    async with step("boot", deadline=waited + 90):
        await app.home()
        if not await phone.end_process():
            return
        await phone.rest(min(waited, 3.0))
        if await app.alive():  # it was not ended, or came back at once: no boot is to blame
            return
        if not await phone.announce_boot():
            return
        began = False
        for _ in range(max(int(waited // 3), 1)):
            await phone.rest(min(waited, 3.0))
            if await app.alive():
                began = True
                break
        detail = "a process came to life after BOOT_COMPLETED" if began else "stayed away"
        expect.that(Standard.NO_SELF_START, not began, detail)
