"""Wait for a consent dialog that may never come."""

from farm.scenario import App, Consent, Step, scenario


@scenario(title="Wait for consent", title_zh="等待隐私弹窗", duration=10)
async def waiting(app: App, consent: Consent, step: Step, dialog: float = 3.0) -> None:
    """Wait, then watch for a moment."""
    async with step("wait", deadline=dialog + 30):
        await consent.wait(dialog)
    async with step("watch", deadline=30):
        await app.watch(1.0, revive=False, interruptions=False)
