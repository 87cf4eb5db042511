"""What is said of an app, and by whom; the weightiest word is shown, a person's before all."""

from enum import IntEnum

from farm.campaign.audit import record
from farm.campaign.database import Database
from farm.campaign.database.connect import Client
from farm.campaign.database.text import text
from farm.model.errors import UsageError
from farm.model.session import App
from farm.register.search import words
from farm.register.values import Listing


class Weight(IntEnum):
    """Whose word on a product counts more."""

    APK = 1  # the app's own claim
    SOURCE = 2  # a store's listing
    PERSON = 3


async def enter_facts(client: Client, product: int, app: App, listing: Listing) -> None:
    """Enter what an APK and a store's listing say, in the caller's transaction."""
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
