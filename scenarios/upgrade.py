"""Agree in the previous version, install the next one over it, and see what it makes of that.

Run it with the previous version as the app: `farm run OLD.apk --scenario upgrade --set
next_apk=NEW.apk`.
"""

from pathlib import Path

from farm.scenario import App, Consent, Expect, Phone, Screen, Standard, Step, scenario


@scenario(
    title="Upgrade from the previous version",
    title_zh="从上一版本升级",
    duration=180,
    clauses=("CAC 2019-191", "GB/T 35273-2020 5.5"),
)
async def upgrade(
    app: App,
    screen: Screen,
    consent: Consent,
    phone: Phone,
    step: Step,
    expect: Expect,
    next_apk: Path = Path("next.apk"),
    dialog: float = 25.0,
    watched: float = 15.0,
) -> None:
    """Permissions must stay as the user set them; a changed policy must be told."""
    async with step("accept in the previous version", deadline=dialog + 120):
        await consent.get_past("accept", dialog)
    async with step("previous version", deadline=watched + 60):
        await app.watch(watched)
    before = await phone.granted_permissions()
    asked = screen.appearances("privacy_consent")
    async with step("upgrade", deadline=180):
        if not await app.upgrade(next_apk):
            return
    async with step("next version", deadline=watched + 60):
        await app.watch(watched, interruptions=False)
        gained = sorted(await phone.granted_permissions() - before)
        lost = sorted(before - await phone.granted_permissions())
        expect.that(
            Standard.PERMISSIONS_KEPT_ON_UPGRADE,
            not gained and not lost,
            f"gained {gained}, lost {lost}",
        )
        if screen.appearances("privacy_consent") > asked:
            expect.that(Standard.CONSENT_ASKED_AFTER_POLICY_CHANGE, True, "asked after the upgrade")
