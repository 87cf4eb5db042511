"""`pm grant`, `pm revoke` and `pm reset-permissions`."""

from farm.twin.contracts import InstalledPackage
from farm.twin.system.commands.package_arguments import split
from farm.twin.system.permissions import is_runtime
from farm.twin.system.shell_context import Context


async def grant(context: Context, words: list[str]) -> int:
    return await _change(context, words, True)


async def revoke(context: Context, words: list[str]) -> int:
    return await _change(context, words, False)


async def _change(context: Context, words: list[str], give: bool) -> int:
    operands = split(words)[1]
    if len(operands) != 2:
        return await context.fail("Error: no permission specified", 1)
    package = context.system.package(operands[0])
    problem = _problem(context, package, operands[0], operands[1])
    if problem or package is None:
        verb = "grantRuntimePermission" if give else "revokeRuntimePermission"
        await context.err(
            f"\nException occurred while executing '{'grant' if give else 'revoke'}':\n{problem}\n"
            f"\tat com.android.server.pm.PackageManagerService.{verb}(PackageManagerService.java)\n"
        )
        return 255
    if give:
        package.granted_permissions.add(operands[1])
    elif operands[1] in package.granted_permissions:
        package.granted_permissions.discard(operands[1])
        # Android ends an app whose permission is taken away while it runs.
        await context.system.force_stop(package.package)
    return 0


def _problem(context: Context, package: InstalledPackage | None, name: str, permission: str) -> str:
    if package is None:
        return f"java.lang.IllegalArgumentException: Unknown package: {name[:200]}"
    if permission not in package.requested_permissions:
        return (
            f"java.lang.SecurityException: Package {name} has not requested permission "
            f"{permission[:200]}"
        )
    if not is_runtime(permission, context.system.sdk):
        return (
            f"java.lang.SecurityException: Permission {permission} requested by {name} "
            "is not a changeable permission type"
        )
    return ""


async def reset_permissions(context: Context, words: list[str]) -> int:
    for package in context.system.packages():
        package.granted_permissions -= {
            p for p in package.granted_permissions if is_runtime(p, context.system.sdk)
        }
    return 0


VERBS = {"grant": grant, "revoke": revoke, "reset-permissions": reset_permissions}
