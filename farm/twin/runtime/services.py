"""System services that app processes call: settings, packages, permissions, processes.

Identity reads are not here: they travel in `bind`, and Java checks permissions before handing
them out. A service answers with a value or with the Java exception the platform would throw.
"""

from collections.abc import Callable
from typing import Any

from farm.twin.contracts import ContentError, InstalledPackage, ProcessInfo, SystemHalf


class ServiceError(Exception):
    """The call ends in a Java exception of `java_class` within the app."""

    def __init__(self, java_class: str, message: str) -> None:
        super().__init__(message)
        self.java_class = java_class


class Services:
    """Answers calls of the app processes of one twin."""

    def __init__(self, system: SystemHalf, processes: Callable[[], list[ProcessInfo]]) -> None:
        self._system = system
        self._processes = processes
        self.clipboard: str = system.identity.clipboard

    def call(self, package: InstalledPackage, service: str, method: str, args: list[Any]) -> Any:
        """The value of one call by `package`.

        Raises:
            ServiceError: what the app catches.
        """
        handler = self._handlers().get((service, method))
        if handler is None:
            raise ServiceError(
                "java.lang.UnsupportedOperationException", f"no service {service}.{method}"
            )
        try:
            return handler(package, args)
        except ContentError as error:
            raise ServiceError(error.java_class, str(error)[:1000]) from None
        except (IndexError, TypeError, ValueError) as error:
            raise ServiceError("java.lang.IllegalArgumentException", str(error)[:200]) from None

    def _handlers(self) -> dict[tuple[str, str], Callable[[InstalledPackage, list[Any]], Any]]:
        return {
            ("settings", "get"): self._setting,
            ("package", "installed"): self._installed,
            ("package", "info"): self._info,
            ("permission", "check"): self._check,
            ("permission", "granted"): lambda package, args: sorted(package.granted_permissions),
            ("activity", "processes"): self._running,
            ("clipboard", "get"): lambda package, args: self.clipboard,
            ("clipboard", "set"): self._set_clipboard,
            ("properties", "get"): lambda package, args: self._system.get_property(str(args[0])),
            ("content", "query"): self._query,
            ("content", "file"): self._file,
            ("location", "last"): self._position,
            ("clock", "now"): lambda package, args: self._system.now_ns(),
        }

    def _setting(self, package: InstalledPackage, args: list[Any]) -> str | None:
        namespace, key = str(args[0]), str(args[1])
        if (namespace, key) == ("secure", "android_id"):
            return self._system.identity.android_id
        return self._system.get_setting(namespace, key)

    def _installed(self, package: InstalledPackage, args: list[Any]) -> list[dict[str, Any]]:
        return [_package(found) for found in self._system.packages()]

    def _info(self, package: InstalledPackage, args: list[Any]) -> dict[str, Any]:
        found = self._system.package(str(args[0]))
        if found is None:
            raise ServiceError(
                "android.content.pm.PackageManager$NameNotFoundException", str(args[0])[:200]
            )
        return _package(found)

    def _check(self, package: InstalledPackage, args: list[Any]) -> bool:
        return str(args[0]) in package.granted_permissions

    def _running(self, package: InstalledPackage, args: list[Any]) -> list[dict[str, Any]]:
        """Since Android 7 an app sees its own processes only (ActivityManagerService)."""
        return [
            {"pid": process.pid, "name": process.name, "uid": process.uid}
            for process in self._processes()
            if process.uid == package.uid
        ]

    def _query(self, package: InstalledPackage, args: list[Any]) -> dict[str, Any]:
        """Java checks permissions, as it does for the identity."""
        uri, projection, selection, arguments, order = args
        columns, rows = self._system.query_content(
            str(uri),
            [str(one) for one in projection] if projection is not None else None,
            str(selection or ""),
            [str(one) for one in arguments or []],
            str(order or ""),
        )
        return {"columns": columns, "rows": rows}

    def _file(self, package: InstalledPackage, args: list[Any]) -> str:
        return str(self._system.content_file(str(args[0])))

    def _position(self, package: InstalledPackage, args: list[Any]) -> list[float] | None:
        place = self._system.mocked_position(str(args[0]))
        return list(place) if place is not None else None

    def _set_clipboard(self, package: InstalledPackage, args: list[Any]) -> None:
        self.clipboard = str(args[0])[:100_000]


def _package(found: InstalledPackage) -> dict[str, Any]:
    return {
        "package": found.package,
        "label": found.label,
        "version_name": found.version_name,
        "version_code": found.version_code,
        "target_sdk": found.target_sdk,
        "uid": found.uid,
        "requested_permissions": found.requested_permissions,
        "granted_permissions": sorted(found.granted_permissions),
        "first_install_time": found.first_install_time // 1_000_000,
        "last_update_time": found.last_update_time // 1_000_000,
        "apk": str(found.apks[0]) if found.apks else "",
    }
