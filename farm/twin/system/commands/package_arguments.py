"""Options and operands of `pm`."""

VALUED = {"-i", "--user", "--pkg", "--abi", "--install-location", "--originating-uri", "--referrer"}
VALUED |= {"-p", "--install-reason", "--install-reason-user", "-S", "--dexopt-compiler-filter"}


def split(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """Split words into options, of which some take a value, and operands."""
    options: dict[str, str] = {}
    operands: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word.startswith("-") and len(word) > 1:
            options[word] = rest.pop(0) if word in VALUED and rest else ""
        else:
            operands.append(word)
    return options, operands
