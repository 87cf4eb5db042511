"""Builds the tree of commands from the lexer's tokens (recursive descent)."""

from farm.twin.system.shell_lexer import Lexer, Token
from farm.twin.system.shell_syntax import (
    AndOr,
    CommandList,
    Compound,
    Part,
    Pipeline,
    Redirect,
    ShellSyntaxError,
    Simple,
    Word,
)

MAX_DEPTH = 40
KEYWORDS = frozenset(
    {"if", "then", "elif", "else", "fi", "for", "in", "do", "done", "while", "until", "{", "}", "!"}
)


def parse(text: str) -> CommandList:
    """Parse a whole command text.

    Raises:
        ShellSyntaxError: it is no valid command.
    """
    parser = _Parser(Lexer(text).tokens())
    result = parser.command_list(frozenset())
    parser.expect_end()
    return result


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self) -> Token | None:
        token = self._peek()
        self._at += 1
        return token

    def _keyword(self) -> str | None:
        token = self._peek()
        if isinstance(token, Word) and token.literal in KEYWORDS:
            return token.literal
        return None

    def _unexpected(self) -> ShellSyntaxError:
        token = self._peek()
        if token is None:
            return ShellSyntaxError("unexpected EOF")
        if isinstance(token, Word):
            shown = "".join(p.text for p in token.parts)
        else:
            shown = token if isinstance(token, str) else token[1]
        return ShellSyntaxError(f"'{shown[:40]}' unexpected".replace("\n", "newline"))

    def _take(self, keyword: str) -> None:
        if self._keyword() != keyword:
            raise self._unexpected()
        self._at += 1

    def expect_end(self) -> None:
        """Raise unless everything was read."""
        if self._peek() is not None:
            raise self._unexpected()

    def _skip_newlines(self) -> None:
        while self._peek() == "\n":
            self._at += 1

    def command_list(self, ends: frozenset[str]) -> CommandList:
        """Commands up to one of the closing keywords, `)` or the end."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ShellSyntaxError("nested too deeply")
        result = CommandList()
        self._skip_newlines()
        while (token := self._peek()) is not None and token != ")":  # noqa: S105
            if self._keyword() in ends and ends:
                break
            item = self._and_or()
            result.items.append(item)
            separator = self._peek()
            if separator == "&":
                item.background = True
            elif separator not in (";", "\n"):
                break
            self._at += 1
            self._skip_newlines()
        self._depth -= 1
        return result

    def _and_or(self) -> AndOr:
        result = AndOr(self._pipeline())
        while (operator := self._peek()) in ("&&", "||"):
            self._at += 1
            self._skip_newlines()
            result.rest.append((str(operator), self._pipeline()))
        return result

    def _pipeline(self) -> Pipeline:
        negated = False
        while self._keyword() == "!":
            negated = not negated
            self._at += 1
        commands = [self._command()]
        while self._peek() == "|":
            self._at += 1
            self._skip_newlines()
            commands.append(self._command())
        return Pipeline(commands, negated)

    def _command(self) -> Simple | Compound:
        keyword = self._keyword()
        if self._peek() == "(":
            self._at += 1
            compound = Compound("subshell", [self.command_list(frozenset())])
            if self._next() != ")":
                self._at -= 1
                raise self._unexpected()
        elif keyword == "{":
            self._at += 1
            compound = Compound("group", [self.command_list(frozenset({"}"}))])
            self._take("}")
        elif keyword == "if":
            compound = self._if()
        elif keyword in ("while", "until"):
            self._at += 1
            condition = self.command_list(frozenset({"do"}))
            compound = Compound(keyword, [condition, self._body()])
        elif keyword == "for":
            compound = self._for()
        elif keyword is not None:
            raise self._unexpected()
        else:
            return self._simple()
        while isinstance(self._peek(), tuple):
            compound.redirects.append(self._redirect())
        return compound

    def _body(self) -> CommandList:
        self._take("do")
        body = self.command_list(frozenset({"done"}))
        self._take("done")
        return body

    def _if(self) -> Compound:
        self._at += 1
        compound = Compound("if")
        while True:
            compound.blocks.append(self.command_list(frozenset({"then"})))
            self._take("then")
            compound.blocks.append(self.command_list(frozenset({"elif", "else", "fi"})))
            if self._keyword() == "elif":
                self._at += 1
                continue
            if self._keyword() == "else":
                self._at += 1
                compound.blocks.append(self.command_list(frozenset({"fi"})))
            self._take("fi")
            return compound

    def _for(self) -> Compound:
        self._at += 1
        name = self._next()
        if not isinstance(name, Word) or not (name.literal or "").isidentifier():
            self._at -= 1
            raise self._unexpected()
        compound = Compound("for", name=name.literal or "", words=None)
        self._skip_newlines()
        if self._keyword() == "in":
            self._at += 1
            compound.words = []
            while isinstance(token := self._peek(), Word):
                compound.words.append(token)
                self._at += 1
        while self._peek() in (";", "\n"):
            self._at += 1
        compound.blocks.append(self._body())
        return compound

    def _redirect(self) -> Redirect:
        token = self._next()
        assert isinstance(token, tuple)  # noqa: S101 - narrowed by the callers
        descriptor, operator = token
        target = self._next()
        if not isinstance(target, Word):
            self._at -= 1
            raise self._unexpected()
        return Redirect(descriptor, "<<<" if operator == "<<" else operator, target)

    def _simple(self) -> Simple:
        command = Simple()
        while True:
            token = self._peek()
            if isinstance(token, tuple):
                command.redirects.append(self._redirect())
            elif token == "&>":  # noqa: S105
                self._at += 1
                target = self._next()
                if not isinstance(target, Word):
                    raise self._unexpected()
                command.redirects.append(Redirect(1, ">", target))
                command.redirects.append(Redirect(2, ">&", Word((Part("text", "1", False),))))
            elif isinstance(token, Word):
                self._at += 1
                assignment = None if command.words else _assignment(token)
                if assignment is not None:
                    command.assignments.append(assignment)
                else:
                    command.words.append(token)
            else:
                break
        if not command.words and not command.assignments and not command.redirects:
            raise self._unexpected()
        return command


def _assignment(word: Word) -> tuple[str, Word] | None:
    if not word.parts or word.parts[0].kind != "text" or word.parts[0].quoted:
        return None
    name, equals, rest = word.parts[0].text.partition("=")
    if not equals or not name.isidentifier() or not name.isascii():
        return None
    return name, Word((Part("text", rest, False), *word.parts[1:]))
