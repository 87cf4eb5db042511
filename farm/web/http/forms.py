"""Reads forms and query strings: bounded, and with one clear line about what is wrong."""

from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request

from farm.model.errors import UsageError

_MOST_FIELDS = 200
_LARGEST_NUMBER = 2**63 - 1


async def form_of(request: Request) -> FormData:
    """A form's fields."""
    return await request.form(max_files=1, max_fields=_MOST_FIELDS)


def text_in(form: FormData | QueryParams, name: str, longest: int = 500) -> str:
    """One field as text, "" where it is missing.

    Raises:
        UsageError: it is longer.
    """
    value = form.get(name, "")
    if not isinstance(value, str):
        raise UsageError(f"{name}: expected text, got a file")
    if len(value) > longest:
        raise UsageError(f"{name}: longer than {longest} characters")
    return value.strip().replace("\0", "")


def number_in(
    form: FormData | QueryParams, name: str, default: int, low: int = 0, high: int = _LARGEST_NUMBER
) -> int:
    """One field as a whole number, or the default where it is missing.

    Raises:
        UsageError: it is none, or out of bounds.
    """
    value = text_in(form, name, 30)
    if not value:
        return default
    if not value.removeprefix("-").isascii() or not value.removeprefix("-").isdigit():
        raise UsageError(f"{name}: expected a whole number, got {value!r}")
    if not low <= int(value) <= high:
        raise UsageError(f"{name}: expected {low} to {high}, got {value}")
    return int(value)


def choices_in(form: FormData | QueryParams, name: str, most: int = 50) -> list[str]:
    """All values of a field that may stand several times.

    Raises:
        UsageError: there are too many.
    """
    values = [value for value in form.getlist(name) if isinstance(value, str)]
    if len(values) > most:
        raise UsageError(f"{name}: more than {most} values")
    return [value.strip().replace("\0", "")[:200] for value in values]
