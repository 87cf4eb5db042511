"""Splits the shell's text into operators and words, with quoting and here-documents."""

from farm.twin.system.shell_syntax import Part, ShellSyntaxError, Word

MAX_COMMAND = 1024 * 1024
OPERATORS = (
    "<<<",
    ">>",
    "&&",
    "||",
    ";;",
    ">&",
    "<&",
    "&>",
    "<<",
    ";",
    "&",
    "|",
    "<",
    ">",
    "(",
    ")",
    "\n",
)

Token = str | Word | tuple[int, str]
"""An operator, a word, or a redirection operator with its descriptor."""


class Lexer:
    """Splits text into operators and words."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_COMMAND:
            raise ShellSyntaxError("command line too long")
        self._text = text
        self._at = 0

    def tokens(self) -> list[Token]:
        """All tokens.

        Raises:
            ShellSyntaxError: a quote or substitution that is not closed.
        """
        found: list[Token] = []
        heredocs: list[int] = []
        while self._at < len(self._text):
            char = self._text[self._at]
            if char in " \t\r":
                self._at += 1
            elif char == "\\" and self._text[self._at : self._at + 2] == "\\\n":
                self._at += 2
            elif char == "#":
                end = self._text.find("\n", self._at)
                self._at = len(self._text) if end < 0 else end
            elif (operator := self._operator()) is not None:
                found.append(operator)
                if operator == "\n" and heredocs:
                    self._read_heredocs(found, heredocs)
                elif operator == (0, "<<"):
                    heredocs.append(len(found))
            else:
                found.append(self._word())
        if heredocs:
            raise ShellSyntaxError("here document unclosed")
        return found

    def _operator(self) -> Token | None:
        start = self._at
        end = start
        while end < len(self._text) and self._text[end].isdigit() and end - start < 2:
            end += 1
        if end > start and self._text[end : end + 1] in ("<", ">"):
            self._at = end
            operator = next(o for o in OPERATORS if self._text.startswith(o, end))
            self._at += len(operator)
            return int(self._text[start:end]), operator
        for operator in OPERATORS:
            if self._text.startswith(operator, start):
                self._at += len(operator)
                if operator in ("<", "<<", "<<<", "<&"):
                    return 0, operator
                if operator in (">", ">>", ">&"):
                    return 1, operator
                return operator
        return None

    def _read_heredocs(self, found: list[Token], heredocs: list[int]) -> None:
        for index in heredocs:
            end_word = found[index] if index < len(found) else None
            if not isinstance(end_word, Word):
                raise ShellSyntaxError("here document without an end word")
            quoted = any(p.quoted for p in end_word.parts)
            marker = "".join(p.text for p in end_word.parts)
            lines: list[str] = []
            while True:
                if self._at >= len(self._text):
                    raise ShellSyntaxError(f"here document '{marker}' unclosed")
                end = self._text.find("\n", self._at)
                end = len(self._text) if end < 0 else end
                line = self._text[self._at : end]
                self._at = end + 1
                if line == marker:
                    break
                lines.append(line + "\n")
            body = "".join(lines)
            if quoted:
                found[index] = Word((Part("text", body, True),))
            else:
                inner = Lexer(body)
                parts: list[Part] = []
                inner._double_quoted(parts, until="")
                found[index] = Word(tuple(parts))
        heredocs.clear()

    def _word(self) -> Word:
        parts: list[Part] = []
        text = self._text
        plain = ""
        while self._at < len(text):
            char = text[self._at]
            if char in " \t\r\n;&|<>()":
                break
            if char not in "'\"\\$`":
                plain += char
                self._at += 1
                continue
            if plain:
                parts.append(Part("text", plain, False))
                plain = ""
            self._at += 1
            if char == "'":
                end = text.find("'", self._at)
                if end < 0:
                    raise ShellSyntaxError("unexpected EOF looking for closing quote '''")
                parts.append(Part("text", text[self._at : end], True))
                self._at = end + 1
            elif char == '"':
                self._double_quoted(parts, until='"')
            elif char == "\\":
                following = text[self._at : self._at + 1]
                self._at += 1
                if following != "\n":
                    parts.append(Part("text", following or "\\", True))
            elif char == "`":
                parts.append(self._backquoted(quoted=False))
            else:
                parts.append(self._dollar(quoted=False))
        if plain:
            parts.append(Part("text", plain, False))
        return Word(tuple(parts))

    def _double_quoted(self, parts: list[Part], until: str) -> None:
        plain = ""
        text = self._text
        while True:
            if self._at >= len(text):
                if until:
                    raise ShellSyntaxError("unexpected EOF looking for closing quote '\"'")
                break
            char = text[self._at]
            self._at += 1
            if char == until:
                break
            if char == "\\" and text[self._at : self._at + 1] in ("$", "`", '"', "\\", "\n"):
                plain += "" if text[self._at] == "\n" else text[self._at]
                self._at += 1
            elif char in "$`":
                parts.append(Part("text", plain, True))
                plain = ""
                parts.append(self._dollar(True) if char == "$" else self._backquoted(True))
            else:
                plain += char
        parts.append(Part("text", plain, True))

    def _backquoted(self, quoted: bool) -> Part:
        end = self._text.find("`", self._at)
        if end < 0:
            raise ShellSyntaxError("unexpected EOF looking for closing quote '`'")
        command = self._text[self._at : end]
        self._at = end + 1
        return Part("command", command, quoted)

    def _dollar(self, quoted: bool) -> Part:
        text, start = self._text, self._at
        following = text[start : start + 1]
        if text.startswith("((", start):
            inner = self._balanced()
            if inner.startswith("(") and inner.endswith(")"):
                return Part("arithmetic", inner[1:-1], quoted)
            return Part("command", inner, quoted)
        if following == "(":
            return Part("command", self._balanced(), quoted)
        if following == "{":
            end = text.find("}", start)
            if end < 0:
                raise ShellSyntaxError("unexpected EOF looking for closing '}'")
            self._at = end + 1
            return Part("variable", text[start + 1 : end], quoted)
        if following in ("?", "$", "#", "!", "@", "*") or following.isdigit():
            self._at += 1
            return Part("variable", following, quoted)
        end = start
        while end < len(text) and (text[end].isalnum() or text[end] == "_") and text[end].isascii():
            end += 1
        self._at = end
        if end == start:
            return Part("text", "$", True)
        return Part("variable", text[start:end], quoted)

    def _balanced(self) -> str:
        """The text between `$(` and its `)`; quotes inside hide parentheses."""
        depth, start = 0, self._at + 1
        quote = ""
        text = self._text
        while self._at < len(text):
            char = text[self._at]
            self._at += 1
            if quote:
                if char == "\\" and quote == '"':
                    self._at += 1
                elif char == quote:
                    quote = ""
            elif char in "'\"":
                quote = char
            elif char == "\\":
                self._at += 1
            elif char == "(":
                depth += 1
            elif char == ")":
                depth -= 1
                if depth == 0:
                    return text[start : self._at - 1]
        raise ShellSyntaxError("unexpected EOF looking for closing ')'")
