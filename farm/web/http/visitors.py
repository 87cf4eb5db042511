"""Who asks: finds the sign-in of a request's cookie and the language of its pages."""

import secrets
from typing import Any
from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from farm.web.accounts import sign_ins
from farm.web.accounts.roles import Permission
from farm.web.accounts.sign_ins import SignIn
from farm.web.site import site_of
from farm.web.texts import LANGUAGES, Language, preferred

LANGUAGE_COOKIE = "farm_language"
_YEAR = 365 * 24 * 3600
MENU: tuple[tuple[str, str, Permission], ...] = (
    ("/campaigns", "menu.campaigns", Permission.SEE),
    ("/sessions", "menu.sessions", Permission.SEE),
    ("/apps", "menu.apps", Permission.SEE),
    ("/cases", "menu.cases", Permission.SEE),
    ("/reviews", "menu.reviews", Permission.SEE),
    ("/statistics", "menu.statistics", Permission.SEE),
    ("/rules", "menu.rules", Permission.SEE),
    ("/engines", "menu.engines", Permission.SEE),
    ("/queue", "menu.queue", Permission.SEE),
    ("/phones", "menu.phones", Permission.SEE),
    ("/self-check", "menu.self_check", Permission.SELF_CHECK),
    ("/audit", "menu.audit", Permission.AUDIT),
    ("/account", "menu.account", Permission.OWN),
)
"""Address, text and permission of each part of the page."""


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody at the page, signed in or not."""

    language: Language
    address: str
    signed_in: SignIn | None = None

    @property
    def name(self) -> str:
        """The account's name, "" for nobody."""
        return "" if self.signed_in is None else self.signed_in.user.name

    def may(self, permission: Permission) -> bool:
        """Whether the account's roles allow it."""
        return self.signed_in is not None and permission in self.signed_in.user.permissions


async def visitor_of(request: Request, *, passive: bool = False) -> Visitor:
    """Find out who asks; once per request."""
    known: Visitor | None = getattr(request.state, "visitor", None)
    if known is not None:
        return known
    site = site_of(request)
    secret = request.cookies.get(site.settings.cookie, "")
    found: SignIn | None = None
    if 20 <= len(secret) <= 100:
        found = await sign_ins.current(site.database, secret, passive=passive)
    visitor = Visitor(language=language_of(request), address=address_of(request), signed_in=found)
    request.state.visitor = visitor
    return visitor


def language_of(request: Request) -> Language:
    """The language that was chosen, else the browser's."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    for language in LANGUAGES:
        if chosen == language:
            return language
    return preferred(request.headers.get("accept-language", ""))


def address_of(request: Request) -> str:
    """The address that the request came from, as uvicorn makes it out."""
    return request.client.host if request.client else "unknown"


def keep_language(request: Request, answer: Response, language: Language) -> None:
    """Remember the language that somebody chose."""
    answer.set_cookie(
        LANGUAGE_COOKIE, language, max_age=_YEAR, httponly=True, samesite="lax",
        secure=site_of(request).settings.secure,
    )  # fmt: skip


def keep_sign_in(request: Request, answer: Response, secret: str) -> None:
    """Hand the sign-in's secret to the browser, for as long as that is open."""
    settings = site_of(request).settings
    answer.set_cookie(
        settings.cookie, secret, httponly=True, samesite="lax", secure=settings.secure, path="/"
    )


def forget_sign_in(request: Request, answer: Response) -> None:
    """Take the secret back."""
    settings = site_of(request).settings
    answer.delete_cookie(
        settings.cookie, httponly=True, samesite="lax", secure=settings.secure, path="/"
    )


def from_elsewhere(request: Request) -> bool:
    """Whether a browser says that another site made this request."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return False
    return urlsplit(origin).netloc != request.headers.get("host", "")


def same_token(expected: str, got: object) -> bool:
    """Compare a token without telling by the time taken where it differs."""
    return isinstance(got, str) and secrets.compare_digest(expected.encode(), got.encode())


def local_path(text: object, default: str = "/") -> str:
    """A path on this very site that somebody may be sent on to."""
    if not isinstance(text, str) or len(text) > 2000:
        return default
    parts = urlsplit(text)
    bad = parts.scheme or parts.netloc or not text.startswith("/") or text.startswith("//")
    if bad or "\\" in text or any(ord(character) < 32 for character in text):
        return default
    return text


def shown_values(visitor: Visitor, path: str) -> dict[str, Any]:
    """What every page shows: who is there, and what they may do."""
    return {
        "visitor": visitor,
        "csrf": visitor.signed_in.csrf if visitor.signed_in else "",
        "may": lambda permission: visitor.may(Permission(permission)),
        "path": path,
        "menu": MENU,
    }
