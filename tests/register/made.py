"""Made-up apps for the register, as an inspection would give them."""

import hashlib

from farm.model.session import App
from farm.register.values import Listing

SIGNER = hashlib.sha256(b"the developer's certificate").hexdigest()
OTHER = hashlib.sha256(b"somebody else's certificate").hexdigest()


def made_app(package: str = "com.example.shop", version: int = 1, **facts: object) -> App:
    """One version; every version and signer gives another digest."""
    known: dict[str, object] = {
        "package": package,
        "label": "Shop",
        "version_name": f"{version}.0",
        "version_code": version,
        "target_sdk": 34,
        "signer_sha256": SIGNER,
        "main_activity": "",
        "size": 1000,
    } | facts
    seed = f"{package}/{version}/{known['signer_sha256']}"
    known.setdefault("apk_sha256", hashlib.sha256(seed.encode()).hexdigest())
    return App(**known)  # type: ignore[arg-type]


def listed(store: str = "Store A", **facts: object) -> Listing:
    """What a store says."""
    known: dict[str, object] = {"store": store, "source": f"feed of {store}"}
    return Listing(**(known | facts))  # type: ignore[arg-type]
