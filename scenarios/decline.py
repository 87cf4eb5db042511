"""Refuse the privacy consent, again if asked again, then watch what the app does all the same."""

from farm.scenario import App, Consent, Step, scenario

ATTEMPTS = 2  # an app that crashed before it was answered is started again and asked anew


@scenario(
    title="Decline the privacy consent",
    title_zh="拒绝隐私政策",
    duration=60,
    clauses=("GB/T 35273-2020 5.3", "GB/T 41391-2022 5.2"),
)
async def decline(
    app: App, consent: Consent, step: Step, dialog: float = 25.0, watched: float = 10.0
) -> None:
    """Wait for the dialog, refuse, watch. An app that quits when refused is left alone."""
    left = False
    for _ in range(ATTEMPTS):
        found = None
        async with step("wait for consent dialog", deadline=dialog + 120):
            found = await consent.wait(dialog)
        if found is None:
            break
        async with step("decline", deadline=120):
            answer = await consent.decline()
            left = answer.app_left
            if answer.answered or await app.alive():
                break
    async with step("watch", deadline=watched + 120):
        await app.watch(watched, revive=not left)
