"""`$((...))`: integers, parentheses and + - * / % with variables, evaluated by descent."""

import re
from collections.abc import Mapping

MAX_TOKENS = 200
_TOKEN = re.compile(r"\s*(\d{1,18}|[A-Za-z_]\w*|\$\w+|[-+*/%()])")


def arithmetic(text: str, variables: Mapping[str, str]) -> str:
    """The value as text; `0` for what is no expression, as far as a caller can tell."""
    tokens = _TOKEN.findall(text)[:MAX_TOKENS]
    value, _rest = _sum(tokens, variables, 0)
    return str(value)


def _sum(tokens: list[str], variables: Mapping[str, str], depth: int) -> tuple[int, list[str]]:
    value, tokens = _product(tokens, variables, depth)
    while tokens and tokens[0] in "+-":
        operator, (other, tokens) = tokens[0], _product(tokens[1:], variables, depth)
        value = value + other if operator == "+" else value - other
    return value, tokens


def _product(tokens: list[str], variables: Mapping[str, str], depth: int) -> tuple[int, list[str]]:
    value, tokens = _atom(tokens, variables, depth)
    while tokens and tokens[0] in "*/%":
        operator, (other, tokens) = tokens[0], _atom(tokens[1:], variables, depth)
        if operator == "*":
            value = max(-(1 << 63), min(value * other, (1 << 63) - 1))
        elif other == 0:
            value = 0
        else:
            quotient = abs(value) // abs(other) * (1 if (value < 0) == (other < 0) else -1)
            value = quotient if operator == "/" else value - quotient * other
    return value, tokens


def _atom(tokens: list[str], variables: Mapping[str, str], depth: int) -> tuple[int, list[str]]:
    if not tokens or depth > MAX_TOKENS:
        return 0, []
    head, rest = tokens[0], tokens[1:]
    if head in "+-":
        value, rest = _atom(rest, variables, depth + 1)
        return (-value if head == "-" else value), rest
    if head == "(":
        value, rest = _sum(rest, variables, depth + 1)
        return value, rest[1:] if rest[:1] == [")"] else rest
    if head.isdigit():
        return int(head), rest
    held = variables.get(head.lstrip("$"), "0")
    return (int(held) if re.fullmatch(r"-?\d{1,18}", held) else 0), rest
