"""Signals about what the app starts and loads besides its own screens."""

from farm.detect.clauses.case import Case
from farm.detect.clauses.needs import Need
from farm.detect.clauses.signal import Limits, Signal, sign
from farm.model.clause import Sign, SignalId
from farm.model.events import CodeLoaded, ComponentStarted
from farm.model.vocabulary import ComponentKind

# A screen of another app opened by the user's own tap (a browser, the settings) is no associated
# start; a service, receiver or provider of another app is brought to life behind the user's back.
_SILENT = frozenset(
    {ComponentKind.SERVICE, ComponentKind.RECEIVER, ComponentKind.PROVIDER, ComponentKind.PROCESS}
)
_SYSTEM = ("com.android.", "com.google.android.gms", "com.google.android.gsf")


def _starts_other_app(case: Case, limits: Limits) -> list[Sign]:
    signs: list[Sign] = []
    for placed in case.api(ComponentStarted):
        body = placed.event.body
        if not isinstance(body, ComponentStarted) or not body.by_app:
            continue
        target = body.target_package
        if body.component not in _SILENT or target in {"", case.package}:
            continue
        if target == "android" or target.startswith(_SYSTEM):
            continue
        signs.append(
            sign(
                [placed.event.reference],
                f"关联启动{target}的{body.component}",
                f"started a {body.component} of {target}",
            )
        )
    return signs


def _starts_in_background(case: Case, limits: Limits) -> list[Sign]:
    """Components that the system brought to life while the user had nothing of the app open."""
    return [
        sign(
            [placed.event.reference],
            f"后台自启动：{body.name}（{body.reason or '未知原因'}）",
            f"came to life in the background: {body.name} ({body.reason or 'reason unknown'})",
        )
        for placed in case.api(ComponentStarted)
        if isinstance(body := placed.event.body, ComponentStarted)
        and not body.by_app
        and body.background
        and body.component in _SILENT
    ]


def _foreign_code(case: Case, limits: Limits) -> list[Sign]:
    return [
        sign(
            [placed.event.reference],
            f"加载安装包之外的代码（{body.way}）：{body.path or '内存'}",
            f"loaded code from outside its package ({body.way}): {body.path or 'memory'}",
        )
        for placed in case.api(CodeLoaded)
        if isinstance(body := placed.event.body, CodeLoaded) and not body.installed
    ]


SIGNALS = (
    Signal(
        id=SignalId.STARTS_OTHER_APP,
        zh="未经用户操作启动其他应用的组件",
        en="components of other apps were started",
        needs=(Need.COMPONENT_HOOKS, Need.ACCEPTED, Need.COVERAGE),
        find=_starts_other_app,
    ),
    Signal(
        id=SignalId.BACKGROUND_START,
        zh="后台自启动",
        en="a component of the app came to life in the background",
        needs=(Need.COMPONENT_HOOKS, Need.BACKGROUND, Need.COVERAGE),
        find=_starts_in_background,
    ),
    Signal(
        id=SignalId.FOREIGN_CODE,
        zh="加载安装包之外的代码",
        en="code from outside the app's package was loaded",
        needs=(Need.CODE_HOOKS, Need.ACCEPTED, Need.COVERAGE),
        find=_foreign_code,
    ),
)
