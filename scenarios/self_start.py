"""Agree, tell the app that the phone has booted or restart the phone, and see whether it starts."""

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
    reboot: bool = False,
    after_boot: float = 120.0,
) -> None:
    """Without `reboot`, the app is told of a boot that did not happen, which needs root; on a phone
    without it nothing is claimed. An app that was ended by force hears no broadcast until it is
    started again, so the app is sent away and its process ended as the system does for want of
    memory.

    With `reboot`, the phone is restarted after the recorders have stopped, and its own event log
    says what was started. That needs no root and takes some minutes: Android tells apps of the boot
    one after the other (`after_boot`, seconds).
    """
    async with step("accept", deadline=dialog + 120):
        await consent.get_past("accept", dialog)
    async with step("first run", deadline=watched + 60):
        await app.watch(watched)
    if reboot:

        async def booted() -> None:
            starts: list[str] = []
            for _ in range(max(int(after_boot // 3), 1)):
                await phone.rest(min(after_boot, 3.0))
                starts = await phone.starts_since_boot()
                if starts:
                    break
            began = bool(starts) or await app.alive()
            detail = "; ".join(starts) or ("a process runs" if began else "stayed away")
            expect.that(Standard.NO_SELF_START, not began, f"after a restart: {detail}")

        await app.home()
        phone.restart_at_the_end(booted)
        return
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
