"""Put the recognisers in order: system dialogs lie above apps, consent needs the most proof."""

from farm.explore.dialogs import consent, notices, system
from farm.explore.dialogs.values import Recognised, ScreenState
from farm.explore.dialogs.vocabulary import vocabulary
from farm.explore.dialogs.window import Window
from farm.explore.hierarchy import Hierarchy
from farm.model.vocabulary import DialogKind

_NOTICES = (
    notices.update,
    notices.rating,
    notices.age_gate,
    notices.advertisement,
    notices.battery_saver,
    notices.login,
    notices.other,
)


def classify(screen: ScreenState) -> Recognised:
    """Say what a screen asks of the user. Pure: equal screens give equal answers.

    A dialog of another package than the one in front is classified too; callers compare
    `package` with the app under test before they answer anything.
    """
    hierarchy = screen.hierarchy
    found = (
        system.crash(hierarchy)
        or system.battery_saver(hierarchy, screen.activity)
        or system.permission(hierarchy, screen.activity)
    )
    if found is not None:
        return found
    words = vocabulary()
    if screen.activity.rpartition(".")[2] == words.permission_activity:
        # A request whose views could not be read still lies over the app.
        return Recognised(
            kind=DialogKind.PERMISSION,
            package=screen.package,
            reasons=(f"activity {words.permission_activity}, its views could not be read",),
        )
    found = _system_notice(hierarchy)
    if found is not None:
        return found
    packages = [
        package
        for package in hierarchy.packages
        if package not in words.system_packages and package not in words.permission_packages
    ]
    if screen.package in packages:
        packages.remove(screen.package)
        packages.insert(0, screen.package)
    for package in packages[:4]:
        nodes = notices.app_nodes(hierarchy, package)
        recognised = consent.recognise(hierarchy, nodes, package)
        if recognised is not None:
            return recognised
        window = Window(hierarchy, nodes)
        for recogniser in _NOTICES:
            recognised = recogniser(window, package)
            if recognised is not None:
                return recognised
    return Recognised(kind=DialogKind.NONE, package=packages[0] if packages else screen.package)


def _system_notice(hierarchy: Hierarchy) -> Recognised | None:
    """A notice of the system itself (low battery, system update): it lies above every app."""
    for package in sorted(vocabulary().system_packages):
        nodes = notices.app_nodes(hierarchy, package)
        if nodes:
            window = Window(hierarchy, nodes)
            found = notices.update(window, package) or notices.other(window, package)
            if found is not None:
                return found
    return None
