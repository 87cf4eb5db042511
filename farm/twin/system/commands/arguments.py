"""What the programs on files share: their options, and how they complain."""

from farm.twin.system.shell_context import Context

CHUNK = 256 * 1024


def options(context: Context, valued: str = "") -> tuple[dict[str, str], list[str]]:
    """Split arguments into single-letter options and operands; `valued` letters take a value."""
    found: dict[str, str] = {}
    operands: list[str] = []
    words = list(context.args[1:])
    while words:
        word = words.pop(0)
        if word == "--":
            operands += words
            break
        if word.startswith("-") and len(word) > 1 and not word.startswith("--"):
            letters = word[1:]
            while letters:
                letter, letters = letters[0], letters[1:]
                if letter in valued:
                    found[letter] = letters or (words.pop(0) if words else "")
                    break
                found[letter] = ""
        else:
            operands.append(word)
    return found, operands


async def complain(context: Context, name: str, error: OSError) -> int:
    """`rm: X: No such file or directory`."""
    return await context.fail(f"{context.args[0]}: {name}: {error.strerror}")
