"""Renders templates in the visitor's language. Everything is escaped; nothing is marked safe."""

import datetime
import functools
from pathlib import Path
from typing import Any

import jinja2
from starlette.responses import HTMLResponse

from farm import __version__
from farm.report.masking import visible
from farm.web.sayings import in_words, translation
from farm.web.texts import Language, Texts

_FOLDER = Path(__file__).parent / "templates"


class Renderer:
    """Templates and texts of one server."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts
        self._translation = translation(texts)
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_FOLDER),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=200,
        )
        filters: dict[str, Any] = {
            "plain": lambda text, longest=300: visible(str(text), longest),
            "when": _when,
            "iso": lambda moment: moment.astimezone(datetime.UTC).isoformat(timespec="seconds"),
            "number": lambda number: f"{number:,}",
            "size": _size,
            "percent": lambda share: f"{share:.0%}",
            "duration": _duration,
        }
        self._environment.filters.update(filters)
        self._environment.globals["version"] = __version__

    def page(
        self, template: str, language: Language, values: dict[str, Any], status: int = 200
    ) -> HTMLResponse:
        """One page or part of a page."""
        return HTMLResponse(self.text(template, language, values), status)

    def text(self, template: str, language: Language, values: dict[str, Any]) -> str:
        """The same as text."""
        return self._environment.get_template(template).render(
            lang=language,
            t=functools.partial(self._say, language),
            in_words=functools.partial(in_words, self._translation, language),
            word=lambda kind, value: self.texts.word(kind, str(value), language),
            **values,
        )

    def _say(self, language: Language, key: str, **values: object) -> str:
        return self.texts.say(key, language, **values)


def _when(moment: datetime.datetime | None) -> str:
    if moment is None:
        return "–"
    return f"{moment.astimezone(datetime.UTC):%Y-%m-%d %H:%M}"


def _size(count: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:,.0f} {unit}" if unit == "B" else f"{count:,.1f} {unit}"
        count /= 1024
    return f"{count:,.1f} TiB"


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
