"""The `bind` message: all that an app process must know before its first line of code runs."""

import msgspec

from farm.twin.contracts import InstalledPackage, SystemHalf
from farm.twin.runtime.app_process import AppProcess, Message


def bind_message(
    system: SystemHalf,
    process: AppProcess,
    package: InstalledPackage,
    gateway: int,
    trust: list[str],
) -> Message:
    """What Android's ActivityThread gets in `bindApplication`, and this phone's identity."""
    data_dir = system.root / "data" / "data" / package.package
    return {
        "op": "bind",
        "package": package.package,
        "label": package.label,
        "version_name": package.version_name,
        "version_code": package.version_code,
        "target_sdk": package.target_sdk,
        "uid": package.uid,
        "activity": process.activity or package.main_activity,
        "cause": process.cause,
        "apks": [str(apk) for apk in package.apks],
        "process": process.name,
        "identity": msgspec.to_builtins(system.identity),
        "sdk": system.sdk,
        "model": system.model,
        "manufacturer": system.manufacturer,
        "brand": system.get_property("ro.product.brand"),
        "device": system.get_property("ro.product.device"),
        "product": system.get_property("ro.product.name"),
        "fingerprint": system.get_property("ro.build.fingerprint"),
        "android_version": system.get_property("ro.build.version.release"),
        "trust": trust,
        "gateway": gateway,
        "granted": sorted(package.granted_permissions),
        "requested": package.requested_permissions,
        "extras": process.extras,
        "data_dir": str(data_dir),
        "locale": system.get_property("persist.sys.locale").replace("-", "_") or "zh_CN",
        "screen": list(system.screen),
        "density": system.density,
    }
