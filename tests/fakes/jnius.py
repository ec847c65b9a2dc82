"""pyjnius without Java: adapters for Android are tested against it.

Each test says which Java classes there are, as plain Python objects under their Java names; whatever an adapter asks
for beyond them is an error, as on a phone it would be.
"""

from types import ModuleType
from typing import Any


class JavaException(Exception):
    """As pyjnius raises it. `classname`: with dots, like `android.content.ActivityNotFoundException`."""

    def __init__(self, message: str, classname: str = "java.lang.Exception") -> None:
        super().__init__(message)
        self.classname, self.innermessage = classname, message


class PythonJavaClass:
    """Base of Python classes that Java calls. pyjnius demands `__javainterfaces__` with slashes, and keeps a weak hold
    only: who hands one to Java must keep it."""

    __javainterfaces__: list[str]
    __javacontext__ = "system"

    def __init__(self) -> None:
        assert all("." not in name for name in self.__javainterfaces__), "pyjnius wants slashes in interface names"


def java_method(signature: str, name: str | None = None) -> Any:
    def mark(function: Any) -> Any:
        function.java_signature, function.java_name = signature, name or function.__name__
        return function

    return mark


class FakeJnius(ModuleType):
    """`classes`: Java name with dots → whatever stands for the class. `asked`: names in the order they were asked."""

    JavaException, PythonJavaClass = JavaException, PythonJavaClass
    java_method = staticmethod(java_method)

    def __init__(self, **classes: Any) -> None:
        super().__init__("jnius")
        self.classes: dict[str, Any] = dict(classes)
        self.asked: list[str] = []
        self.detached = 0  # how many threads said goodbye to Java

    def autoclass(self, name: str) -> Any:
        self.asked.append(name)
        if name not in self.classes:
            raise JavaException(f"Class not found {name!r}", "java.lang.ClassNotFoundException")
        return self.classes[name]

    def cast(self, name: str, value: Any) -> Any:
        return value

    def detach(self) -> None:
        self.detached += 1


def call_java(target: Any, name: str, *arguments: Any, signature: str = "") -> Any:
    """As Java calls a method of a `PythonJavaClass`: by its Java name and number of arguments (by `signature` where two
    have as many), and only those that are marked with `java_method`."""
    for attribute in dir(type(target)):
        function = getattr(type(target), attribute)
        if getattr(function, "java_name", None) != name or signature not in ("", function.java_signature):
            continue
        if _arity(function.java_signature) == len(arguments):
            return function(target, *arguments)
    raise NotImplementedError(f"{type(target).__name__} has no Java method {name} of {len(arguments)} arguments")


def _arity(signature: str) -> int:
    """How many arguments `(Ljava/lang/String;I[B)V` takes."""
    inside, count, i = signature[1 : signature.index(")")], 0, 0
    while i < len(inside):
        while inside[i] == "[":
            i += 1
        i = inside.index(";", i) + 1 if inside[i] == "L" else i + 1
        count += 1
    return count
