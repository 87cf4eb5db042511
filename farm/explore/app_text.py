"""Text that the app under test chose: bounded, and without what could disguise it."""

import unicodedata

MAX_TEXT = 4096  # characters


def clean(text: str) -> str:
    """Return an app's text bounded, without control and text-direction characters."""
    text = text[:MAX_TEXT]
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        " " if character in "\t\n\r" else character
        for character in text
        if character in "\t\n\r" or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
    )
