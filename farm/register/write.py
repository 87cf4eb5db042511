"""Enters versions into the register, in one transaction each; doing it again adds nothing twice.

Signers are `signers.py`; what sources say of the app beside the APK is `facts.py`.
"""

import msgspec

from farm.campaign.audit import record
from farm.campaign.database import Database
from farm.campaign.database.connect import Client
from farm.campaign.database.text import text
from farm.campaign.ledger.values import AppFile
from farm.model.session import App
from farm.register.facts import enter_facts
from farm.register.signers import enter_signer
from farm.register.values import Listing, Registered, SignerState


async def register(
    database: Database,
    app: App,
    listing: Listing,
    *,
    files: tuple[AppFile, ...] = (),
    sdks: tuple[str, ...] = (),
    genuine: bool | None = None,
) -> Registered:
    """Enter what one store offers.

    Args:
        app: what the APK says.
        files: its files, base APK first, as they lie in the store of recordings.
        sdks: ids of the SDKs whose code is in it.
        genuine: what the list of genuine signers says; None where the package is not in it.
    """
    async with database.transaction() as client:
        product, new_product = await _product(client, app)
        app_id = await _app(client, app, files)
        new_version = await _version(client, product, app_id, app, sdks)
        signer = await enter_signer(client, product, app_id, app, genuine)
        new_sighting = await _sighting(client, product, app_id, listing)
        await enter_facts(client, product, app, listing)
        if new_version and signer is SignerState.FLAGGED:
            await record(
                client,
                actor="farm",
                action="register.signer_flagged",
                subject=f"app:{app.package}",
                detail={"sha256": app.apk_sha256, "signer": app.signer_sha256},
            )
    return Registered(
        app_id=app_id,
        package=app.package,
        sha256=app.apk_sha256,
        new_product=new_product,
        new_version=new_version,
        new_sighting=new_sighting,
        signer=signer,
    )


async def _product(client: Client, app: App) -> tuple[int, bool]:
    made = await client.fetchval(
        "INSERT INTO product (package) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id",
        text(app.package),
    )
    if made is not None:
        return made, True
    found: int = await client.fetchval(
        "SELECT id FROM product WHERE package = $1 FOR UPDATE", text(app.package)
    )
    return found, False


async def _app(client: Client, app: App, files: tuple[AppFile, ...]) -> int:
    own = files or (AppFile(sha256=app.apk_sha256, size=app.size),)
    number: int = await client.fetchval(
        "INSERT INTO app (sha256, package, version_code, version_name, lowest_sdk, abis, files) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) "
        # The same base APK may have been planned before, perhaps without its splits.
        "ON CONFLICT (sha256) DO UPDATE SET files = CASE WHEN jsonb_array_length(app.files) < "
        "jsonb_array_length(excluded.files) THEN excluded.files ELSE app.files END RETURNING id",
        app.apk_sha256,
        text(app.package),
        app.version_code,
        text(app.version_name),
        app.lowest_sdk,
        list(app.abis),
        msgspec.json.encode(own).decode(),
    )
    return number


async def _version(
    client: Client, product: int, app_id: int, app: App, sdks: tuple[str, ...]
) -> bool:
    status = await client.execute(
        "INSERT INTO app_version (app_id, product_id, version_code, signer_sha256, label, size, "
        "target_sdk, permissions, sdks) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
        "ON CONFLICT DO NOTHING",
        app_id,
        product,
        app.version_code,
        app.signer_sha256,
        text(app.label),
        app.size,
        app.target_sdk,
        [text(name) for name in app.permissions[:1000]],
        list(sdks),
    )
    if not status.endswith(" 1"):
        return False
    await client.execute("INSERT INTO version_intake (app_id) VALUES ($1)", app_id)
    await client.execute(
        "UPDATE product SET versions = versions + 1, last_seen = now(), latest_app = "
        "(SELECT app_id FROM app_version WHERE product_id = $1 "
        "ORDER BY version_code DESC, app_id DESC LIMIT 1) WHERE id = $1",
        product,
    )
    return True


async def _sighting(client: Client, product: int, app_id: int, listing: Listing) -> bool:
    name = text(listing.store)
    if not name:
        return False
    await client.execute("INSERT INTO app_store (name) VALUES ($1) ON CONFLICT DO NOTHING", name)
    store = await client.fetchval("SELECT id FROM app_store WHERE name = $1", name)
    await client.execute(
        "INSERT INTO product_store VALUES ($1, $2) ON CONFLICT DO NOTHING", product, store
    )
    row = await client.fetchrow(
        "INSERT INTO sighting (app_id, app_store_id, source, reference) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (app_id, app_store_id, source) DO UPDATE "
        "SET last_seen = now(), reference = excluded.reference RETURNING first_seen = last_seen",
        app_id,
        store,
        text(listing.source),
        text(listing.reference, 2000),
    )
    return bool(row[0])
