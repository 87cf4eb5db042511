"""What a recording says of its session before anything happened: app, phone, scenario, versions."""

import platform
import time
from importlib.metadata import version

from farm import __version__
from farm.model.session import FORMAT_VERSION, Session
from farm.session.plan import SessionPlan
from farm.session.tools import StageTools

_TOOLS = ("adbutils", "uiautomator2", "frida", "mitmproxy")


def describe(plan: SessionPlan, tools: StageTools) -> Session:
    """The session as it begins; `created` is now, ns since the epoch on the host's clock."""
    return Session(
        format_version=FORMAT_VERSION,
        session_id=plan.session_id,
        app=plan.app,
        device=tools.phone.info,
        scenario=plan.scenario.name,
        scenario_sha256=plan.scenario.sha256,
        created=time.time_ns(),
        versions=tool_versions(),
        hook_bundle_sha256=tools.bundle_sha256,
        hook_catalogue_sha256=tools.catalogue_sha256,
        options={
            "settle_seconds": f"{plan.settle_seconds:g}",
            "grant_permissions": str(plan.grant_permissions).lower(),
            "bypass_pinning": str(plan.bypass_pinning).lower(),
            **({"category": plan.category} if plan.category else {}),
            **({"network": plan.network} if plan.network else {}),
            **plan.scenario.options,
        },
    )


def tool_versions() -> dict[str, str]:
    """Return the versions of everything that a recording depends on."""
    versions = {"farm": __version__, "python": platform.python_version()}
    return versions | {name: version(name) for name in _TOOLS}
