"""Put the recognisers in order: system dialogs lie above apps, consent needs the most proof."""

from farm.explore.dialogs import consent, notices, system
from farm.explore.dialogs.values import Recognised, ScreenState
from farm.explore.dialogs.vocabulary import vocabulary
from farm.explore.dialogs.window import Window
from farm.model.vocabulary import DialogKind

_NEVER_AN_APP = frozenset({"", "android", "com.android.systemui"})


def classify(screen: ScreenState) -> Recognised:
    """Say what a screen asks of the user. Pure: equal screens give equal answers.

    A dialog of another package than the one in front is classified too; callers compare
    `package` with the app under test before they answer anything.
    """
    hierarchy = screen.hierarchy
    found = system.crash(hierarchy) or system.permission(hierarchy, screen.activity)
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
    packages = [
        package
        for package in hierarchy.packages
        if package not in _NEVER_AN_APP and package not in words.permission_packages
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
        for recogniser in (notices.update, notices.advertisement, notices.login, notices.other):
            recognised = recogniser(window, package)
            if recognised is not None:
                return recognised
    return Recognised(kind=DialogKind.NONE, package=packages[0] if packages else screen.package)
