"""Put members into Java source text, and find where a nested class ends.

Knows strings, characters and comments well enough to count braces; it is no parser.
"""

import re

_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])+\'|[{}]|\b(?:class|interface|enum)\s+(\w+)',
    re.DOTALL,
)


def insert_members(source: str, path: list[str], members: str) -> str | None:
    """The source with text put before the closing brace of a class.

    Args:
        path: names of the classes from outside to inside, such as ["Settings", "Secure"].

    Returns:
        None if there is no such class.
    """
    open_classes: list[tuple[str, int]] = []
    depth = 0
    pending = ""
    for token in _TOKEN.finditer(source):
        if token[1]:
            pending = token[1]
        elif token[0] == "{":
            depth += 1
            if pending:
                open_classes.append((pending, depth))
                pending = ""
        elif token[0] == "}":
            if open_classes and open_classes[-1][1] == depth:
                if [name for name, _ in open_classes] == path:
                    at = source.rfind("\n", 0, token.start()) + 1
                    return source[:at] + members + source[at:]
                open_classes.pop()
            depth -= 1
    return None
