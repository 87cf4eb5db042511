"""Read the Python stubs of android.jar (chaquopy-stubs-android): exact types of one API level."""

import ast
from collections.abc import Iterator
from pathlib import Path

import msgspec

_PRIMITIVES = ("int", "long", "float", "double", "boolean", "byte", "short", "char")
_ARRAYS = {f"java.chaquopy.JavaArrayJ{one.capitalize()}": f"{one}[]" for one in _PRIMITIVES}
_WRAPPED = {f"java.j{one}": one for one in _PRIMITIVES}
# What Python's words stand for: "number" and "real" are whole and floating ones of unknown width.
_WORDS = {
    "None": "void", "str": "java.lang.String", "int": "number", "float": "real",
    "bool": "boolean", "typing.Any": "java.lang.Object",
}  # fmt: skip
_LISTS = ("java.util.List", "java.util.Set", "java.util.Collection")


class Method(msgspec.Struct, frozen=True):
    """One overload, as the stubs have it."""

    name: str
    takes: tuple[str, ...]
    gives: str
    static: bool
    element: str = ""


class Stub(msgspec.Struct):
    """One class or interface."""

    bases: list[str] = []
    methods: list[Method] = []
    fields: dict[str, str] = {}  # those of instances


class Stubs:
    """All classes of a folder of stub packages, by their Java name."""

    def __init__(self, root: Path) -> None:
        self.classes: dict[str, Stub] = {}
        self._names: dict[str, str] = {}  # dotted as Python has it -> with $ for nested ones
        self._variables: dict[tuple[str, str], str] = {}  # module, name -> bound
        modules = list(_modules(root))
        for module, tree in modules:
            self._collect(module, tree, "")
            self._bounds(module, tree)
        for module, tree in modules:
            self._fill(module, tree, "")

    def _collect(self, module: str, node: ast.Module | ast.ClassDef, outer: str) -> None:
        for child in node.body:
            if isinstance(child, ast.ClassDef):
                name = f"{outer}${child.name}" if outer else f"{module}.{child.name}"
                self._names[name.replace("$", ".")] = name
                self.classes[name] = Stub()
                self._collect(module, child, name)

    def _bounds(self, module: str, tree: ast.Module) -> None:
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)):
                continue
            target, call = node.targets[0], node.value
            if isinstance(target, ast.Name) and ast.unparse(call.func).endswith("TypeVar"):
                bounds = [ast.unparse(k.value) for k in call.keywords if k.arg == "bound"]
                self._variables[module, target.id] = bounds[0] if bounds else "java.lang.Object"

    def _fill(self, module: str, node: ast.Module | ast.ClassDef, outer: str) -> None:
        for child in node.body:
            if not isinstance(child, ast.ClassDef):
                continue
            name = f"{outer}${child.name}" if outer else f"{module}.{child.name}"
            stub = self.classes[name]
            stub.bases = [self._type(base, module, name) for base in child.bases]
            for member in child.body:
                if isinstance(member, ast.FunctionDef):
                    self._method(member, module, name)
                elif isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name):
                    if not ast.unparse(member.annotation).startswith("typing.ClassVar"):
                        kind = self._type(member.annotation, module, name)
                        stub.fields[member.target.id] = kind
            self._fill(module, child, name)

    def _method(self, node: ast.FunctionDef, module: str, owner: str) -> None:
        if node.name.startswith("__") and node.name != "__init__":
            return
        static = any(ast.unparse(one) == "staticmethod" for one in node.decorator_list)
        arguments = [*node.args.posonlyargs, *node.args.args][0 if static else 1 :]
        takes = [self._type(one.annotation, module, owner) for one in arguments]
        if node.args.vararg is not None:
            takes.append(self._type(node.args.vararg.annotation, module, owner) + "[]")
        self.classes[owner].methods.append(
            Method(
                "<init>" if node.name == "__init__" else node.name.rstrip("_"),
                tuple(takes),
                self._type(node.returns, module, owner) if node.returns else "void",
                static,
                self._element(node.returns, module, owner),
            )
        )

    def _type(self, node: ast.expr | None, module: str, outer: str) -> str:
        if node is None:
            return "java.lang.Object"
        if isinstance(node, ast.BinOp):  # `int | java.jint | java.lang.Integer`
            parts = list(_united(node))
            texts = [ast.unparse(one) for one in parts]
            exact = [one for one, text in zip(parts, texts, strict=True) if text in _WRAPPED]
            named = [one for one, text in zip(parts, texts, strict=True) if text not in _WORDS]
            rest = [one for one, text in zip(parts, texts, strict=True) if text != "None"]
            return self._type((exact or named or rest)[0], module, outer)
        if isinstance(node, ast.Subscript):
            if ast.unparse(node.value) == "java.chaquopy.JavaArray":
                return self._type(node.slice, module, outer) + "[]"
            return self._type(node.value, module, outer)
        text = ast.unparse(node)
        if text == "typing.Self":
            return outer
        known = _WRAPPED.get(text) or _WORDS.get(text) or _ARRAYS.get(text)
        return known or self._resolved(text.strip("'\""), module, outer)

    def _resolved(self, name: str, module: str, outer: str) -> str:
        bound = self._variables.get((module, name.rpartition(".")[2]))
        if bound is not None:
            return self._type(ast.parse(bound, mode="eval").body, module, outer)
        for candidate in (name, f"{module}.{name}"):
            if candidate in self._names:
                return self._names[candidate]
        while outer:
            inner = f"{outer.replace('$', '.')}.{name}"
            if inner in self._names:
                return self._names[inner]
            outer = outer.rpartition("$")[0]
        return name

    def _element(self, node: ast.expr | None, module: str, outer: str) -> str:
        if isinstance(node, ast.BinOp):
            found = [self._element(one, module, outer) for one in _united(node)]
            return next(filter(None, found), "")
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) in _LISTS:
            return self._type(node.slice, module, outer)
        return ""


def _united(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp):
        yield from _united(node.left)
        yield from _united(node.right)
    else:
        yield node


def _modules(root: Path) -> Iterator[tuple[str, ast.Module]]:
    for file in sorted(root.glob("*-stubs/**/*.pyi")):
        parts = list(file.relative_to(root).with_suffix("").parts)
        parts[0] = parts[0].removesuffix("-stubs")
        if parts[-1] == "__init__":
            parts.pop()
        yield ".".join(parts), ast.parse(file.read_text("utf-8"))
