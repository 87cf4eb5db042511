"""Necessary personal information by category of app, from `categories.yaml` (CAC-14, 2021)."""

import msgspec

from farm.detect.datafiles import shipped
from farm.model.errors import UsageError
from farm.model.vocabulary import DataType


class Category(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the 39 categories: what its basic function needs."""

    number: int
    zh: str
    en: str
    basic_function: str
    necessary: list[str]  # in the provision's words
    data_types: list[DataType] = []  # of these, what a phone can show
    verified: bool


class Categories(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All categories."""

    version: str
    categories: list[Category]


def categories() -> list[Category]:
    """The 39 categories in the provision's order."""
    table: Categories = shipped("categories.yaml", Categories)[0]
    return table.categories


def necessary_types(name: str) -> frozenset[DataType] | None:
    """What is necessary for a category, by its Chinese or English name; None if unknown."""
    for category in categories():
        if name in {category.zh, category.en}:
            return frozenset(category.data_types)
    return None


def check_category(name: str) -> None:
    """Refuse a category that the provision does not have; an empty name is none.

    Raises:
        UsageError: it is none of the 39.
    """
    if name and necessary_types(name) is None:
        known = ", ".join(category.en for category in categories())
        raise UsageError(f"--category {name!r} is unknown; expected one of: {known}")
