"""Who signed the versions of an app, and what is thought of each certificate.

A signer that differs is flagged, never judged: whether it is the developer's, a person says.
"""

from farm.campaign.audit import record
from farm.campaign.database import Database
from farm.campaign.database.connect import Client
from farm.campaign.database.text import text
from farm.model.errors import UsageError
from farm.model.session import App
from farm.register.values import SignerState


async def enter_signer(
    client: Client, product: int, app_id: int, app: App, genuine: bool | None
) -> SignerState:
    """Enter the signer of a version, in the caller's transaction.

    Its state is set when it is first seen; after that only a person changes it, or the list of
    genuine signers where nobody has decided.
    """
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
