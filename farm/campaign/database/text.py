"""Text of others as PostgreSQL can keep it."""


def text(value: str, longest: int = 500) -> str:
    """Untrusted text without NUL and lone surrogates, cut to `longest` characters."""
    return value[:longest].encode("utf-8", "replace").decode().replace("\0", "\N{SYMBOL FOR NULL}")
