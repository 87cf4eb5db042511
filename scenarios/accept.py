"""Agree to the privacy consent, then watch what the app does with it."""

from farm.scenario import App, Consent, Step, scenario

ATTEMPTS = 2  # an app that crashed before it was answered is started again and asked anew


@scenario(
    title="Agree to the privacy consent",
    title_zh="同意隐私政策",
    duration=60,
    clauses=("GB/T 35273-2020 5.4",),
)
async def accept(
    app: App, consent: Consent, step: Step, dialog: float = 25.0, watched: float = 10.0
) -> None:
    """Wait for the dialog, agree, watch; a dialog that never comes is recorded, not fatal."""
    for _ in range(ATTEMPTS):
        found = None
        async with step("wait for consent dialog", deadline=dialog + 120):
            found = await consent.wait(dialog)
        if found is None:
            break
        async with step("accept", deadline=120):
            answer = await consent.accept()
            if answer.answered or await app.alive():
                break
    async with step("watch", deadline=watched + 120):
        await app.watch(watched, revive=True)
