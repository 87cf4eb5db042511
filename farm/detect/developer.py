"""Who made the app under test, and what else is theirs; answers name the fact they stand on."""

from farm.detect.domains import developer_domain
from farm.detect.organisations import Directory, Organisation
from farm.model.session import App


class Developer:
    """The app's developer, as far as package, label and the list of organisations tell."""

    def __init__(self, app: App, directory: Directory) -> None:
        self.domain = developer_domain(app.package)
        self.organisation = directory.of_package(app.package)
        self._app = app
        self._directory = directory

    @property
    def name(self) -> str:
        """How the developer is called where nothing better is known."""
        return self._app.label or self._app.package

    def owns(self, prefix: str) -> bool:
        """Whether code or domains under a package prefix are of the app's own developer."""
        if bool(self.domain) and developer_domain(prefix) == self.domain:
            return True
        owner = self._directory.of_package(prefix)
        return owner is not None and self.organisation is not None and owner is self.organisation

    def is_organisation(self, organisation: Organisation) -> str:
        """By which fact the app is the organisation's; empty where none says so.

        A label can only speak against calling somebody a third party, never for it.
        """
        if self.organisation is not None:
            if self.organisation is organisation:
                return f"the app's package {self._app.package} is of the same organisation"
            return ""
        label = self._app.label.lower()
        for name in (organisation.zh.lower(), organisation.en.lower()):
            if len(name) >= 2 and name in label:
                return f"the app's label {self._app.label[:40]} names it"
        return ""
