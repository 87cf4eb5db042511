"""Enters versions into the register, in one transaction each; doing it again adds nothing twice.

What sources say of a product is kept side by side; the product shows the weightiest word, a
person's before any source's.
"""

from enum import IntEnum

import msgspec

from farm.campaign.audit import record
from farm.campaign.database import Database
from farm.campaign.database.connect import Client
from farm.campaign.ledger.values import AppFile
from farm.model.errors import UsageError
from farm.model.session import App
from farm.register.search import words
from farm.register.values import SignerState


class Weight(IntEnum):
    """Whose word on a product counts more."""

    APK = 1  # the app's own claim
    SOURCE = 2  # a store's listing
    PERSON = 3


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """What a store says of an app it offers. Texts are the store's or the app's own."""

    store: str  # empty: none, as for an app that a campaign brought along
    source: str  # name of the configured source that saw it
    reference: str = ""  # path, address, or path on a phone
    label: str = ""
    developer: str = ""
    contact: str = ""
    product_line: str = ""
    category: int | None = None  # number of GB/T 41391


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """What entering a version has come to."""

    app_id: int
    package: str
    sha256: str
    new_product: bool
    new_version: bool
    new_sighting: bool  # in this store, by this source
    signer: SignerState


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
        signer = await _signer(client, product, app_id, app, genuine)
        new_sighting = await _sighting(client, product, app_id, listing)
        await _said(client, product, app, listing)
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


async def _signer(
    client: Client, product: int, app_id: int, app: App, genuine: bool | None
) -> SignerState:
    """A signer's state is set when it is first seen; after that only a person changes it, or the
    list of genuine signers where nobody has decided."""
    known = await client.fetch(
        "SELECT signer_sha256, state FROM product_signer WHERE product_id = $1", product
    )
    states = {row["signer_sha256"]: SignerState(row["state"]) for row in known}
    state = signer_state(states, app.signer_sha256, genuine)
    if states.get(app.signer_sha256) is state:
        return state
    await client.execute(
        "INSERT INTO product_signer (product_id, signer_sha256, state, first_app) "
        "VALUES ($1, $2, $3, $4) ON CONFLICT (product_id, signer_sha256) DO UPDATE SET state = $3",
        product,
        app.signer_sha256,
        state,
        app_id,
    )
    await _count_flagged(client, product)
    return state


def signer_state(known: dict[str, SignerState], signer: str, genuine: bool | None) -> SignerState:
    """What to think of a certificate, given those seen before under the same package.

    Args:
        known: signers with their states.
        signer: SHA-256 of the certificate; empty: unsigned, or not readable.
        genuine: what the list of genuine signers says; None where the package is not in it.
    """
    before = known.get(signer)
    if before in (SignerState.ACCEPTED, SignerState.REFUSED):
        return before  # a person's word
    if genuine is not None and signer:
        return SignerState.GENUINE if genuine else SignerState.FLAGGED
    if before is not None:
        return before
    return SignerState.FLAGGED if known or not signer else SignerState.FIRST


async def decide_signer(
    database: Database, package: str, signer: str, *, genuine: bool, actor: str, reason: str
) -> None:
    """Write down what a person says of a certificate.

    Raises:
        UsageError: the register knows no such package or signer, or no reason was given.
    """
    if not reason.strip() or not actor.strip():
        raise UsageError("expected who decides, and why")
    async with database.transaction() as client:
        product = await client.fetchval(
            "SELECT id FROM product WHERE package = $1 FOR UPDATE", text(package)
        )
        status = await client.execute(
            "UPDATE product_signer SET state = $3, decided = now(), decided_by = $4, reason = $5 "
            "WHERE product_id = $1 AND signer_sha256 = $2",
            product,
            signer,
            SignerState.ACCEPTED if genuine else SignerState.REFUSED,
            text(actor),
            text(reason, 4000),
        )
        if not status.endswith(" 1"):
            raise UsageError(f"{package}: has no signer {signer[:80]!r}; see `farm apps show`")
        await _count_flagged(client, product)
        await record(
            client,
            actor=actor,
            action="register.signer_decided",
            subject=f"app:{package}",
            detail={"signer": signer, "genuine": genuine, "reason": reason},
        )


async def _count_flagged(client: Client, product: int) -> None:
    await client.execute(
        "UPDATE product SET flagged_signers = (SELECT count(*) FROM product_signer "
        "WHERE product_id = $1 AND state IN ('flagged', 'refused')) WHERE id = $1",
        product,
    )


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


async def _said(client: Client, product: int, app: App, listing: Listing) -> None:
    listed = {
        "label": listing.label,
        "developer": listing.developer,
        "contact": listing.contact,
        "product_line": listing.product_line,
        "category": "" if listing.category is None else str(listing.category),
    }
    await _facts(client, product, {"label": app.label}, "apk", Weight.APK)
    await _facts(client, product, listed, listing.source, Weight.SOURCE)
    await _show(client, product)


async def describe(
    database: Database,
    package: str,
    *,
    actor: str,
    developer: str = "",
    contact: str = "",
    product_line: str = "",
    category: int | None = None,
) -> None:
    """Write down what a person says of an app; it outweighs every source.

    Raises:
        UsageError: the register does not have the app.
    """
    said = {
        "developer": developer,
        "contact": contact,
        "product_line": product_line,
        "category": "" if category is None else str(category),
    }
    async with database.transaction() as client:
        product = await client.fetchval(
            "SELECT id FROM product WHERE package = $1 FOR UPDATE", text(package)
        )
        if product is None:
            raise UsageError(f"{package}: not in the register; see `farm apps list`")
        await _facts(client, product, said, f"person:{actor}", Weight.PERSON)
        await _show(client, product)
        await record(
            client,
            actor=actor,
            action="register.describe",
            subject=f"app:{package}",
            detail={field: value for field, value in said.items() if value},
        )


async def _facts(
    client: Client, product: int, said: dict[str, str], source: str, weight: Weight
) -> None:
    for field, value in said.items():
        if value.strip():
            await client.execute(
                "INSERT INTO product_fact (product_id, field, source, weight, value) "
                "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (product_id, field, source) DO UPDATE "
                "SET value = excluded.value, said = now() "
                "WHERE product_fact.value <> excluded.value",
                product,
                field,
                text(source),
                weight,
                text(value),
            )


async def _show(client: Client, product: int) -> None:
    rows = await client.fetch(
        "SELECT DISTINCT ON (field) field, value FROM product_fact WHERE product_id = $1 "
        "ORDER BY field, weight DESC, said DESC, source",
        product,
    )
    best = {row["field"]: row["value"] for row in rows}
    developer = None
    if name := best.get("developer"):
        await client.execute(
            "INSERT INTO developer (name, contact) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE "
            "SET contact = excluded.contact "
            "WHERE excluded.contact <> '' AND developer.contact <> excluded.contact",
            name,
            best.get("contact", ""),
        )
        developer = await client.fetchval("SELECT id FROM developer WHERE name = $1", name)
    package = await client.fetchval(
        "UPDATE product SET label = $2, developer_id = $3, product_line = $4, category = $5 "
        "WHERE id = $1 RETURNING package",
        product,
        best.get("label", ""),
        developer,
        best.get("product_line", ""),
        int(best["category"]) if "category" in best else None,
    )
    found = words(package, best.get("label", ""))
    await client.execute(
        "DELETE FROM product_word WHERE product_id = $1 AND word <> ALL($2)", product, found
    )
    await client.execute(
        "INSERT INTO product_word SELECT unnest($2::text[]), $1 ON CONFLICT DO NOTHING",
        product,
        found,
    )


def text(value: str, longest: int = 500) -> str:
    """Untrusted text as PostgreSQL can keep it: no NUL, no lone surrogates, bounded."""
    return value[:longest].encode("utf-8", "replace").decode().replace("\0", "\N{SYMBOL FOR NULL}")
