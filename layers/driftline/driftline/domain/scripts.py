"""What is wrong with a user's script before it runs: its syntax, its handler, and imports of what AWS Lambda lacks.

Nothing of the script is executed.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import override

PACKAGES = (
    "annotated_types", "aws_lambda_powertools", "boto3", "botocore", "dateutil", "driftline", "duckdb", "jinja2",
    "jmespath", "markupsafe", "msgspec", "numpy", "pydantic", "pydantic_core", "ruamel", "s3transfer", "six",
    "slack_sdk", "typing_extensions", "typing_inspection", "tzdata", "urllib3",
)  # fmt: skip
"""Modules that a function has in addition to the standard library: from its layers, and from AWS Lambda's runtime."""

ADVICE = "Use the standard library, numpy or another module in docs/reference/scripts.md."

_AVAILABLE = frozenset(PACKAGES) | sys.stdlib_module_names
_OPTIONAL = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
_DYNAMIC = frozenset({"import_module", "__import__"})


@dataclass(frozen=True, slots=True)
class ScriptProblem:
    """Why a script cannot run in AWS.

    Attributes:
        line: From 1.
        what: For example `imports pandas, which AWS Lambda does not have here`.
        mend: How to fix it.
    """

    line: int
    what: str
    mend: str = ""


def handler_of(field: str) -> str:
    """The name of the function that a script in this field of a monitor has: SageMaker's."""
    return f"{field}_handler"


def script_problems(source: bytes, function: str) -> list[ScriptProblem]:
    """Everything that would stop a script, in the order of its lines.

    Args:
        source: The file's bytes.
        function: The handler that it needs.
    """
    try:
        tree = ast.parse(source.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return [ScriptProblem(1, "it is not UTF-8 text", "Save it as UTF-8.")]
    except SyntaxError as error:
        return [ScriptProblem(error.lineno or 1, f"SyntaxError: {error.msg}")]
    except (ValueError, RecursionError) as error:
        return [ScriptProblem(1, f"it cannot be read as Python: {error}")]
    imports = _Imports()
    imports.visit(tree)
    problems = [
        ScriptProblem(line, f"it imports {module}, which AWS Lambda does not have here", ADVICE)
        for line, module in imports.found
        if module not in _AVAILABLE
    ]
    names = set(_names(tree.body))
    if function not in names and "*" not in names:
        problems.append(ScriptProblem(1, f"it has no function {function}", f"Define {function} at the top level."))
    return sorted(dict.fromkeys(problems), key=lambda problem: problem.line)


class _Imports(ast.NodeVisitor):
    """The modules that must be there, with their lines: not those whose absence the script handles."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []

    @override
    def visit_Import(self, node: ast.Import) -> None:
        self.found += [(node.lineno, alias.name.partition(".")[0]) for alias in node.names]

    @override
    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        top = (node.module or "").partition(".")[0]
        self.found.append((node.lineno, f"{'.' * node.level}{top}"))

    @override
    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        module = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
        if name in _DYNAMIC and isinstance(module, str):
            self.found.append((node.lineno, module.partition(".")[0]))
        self.generic_visit(node)

    @override
    def visit_Try(self, node: ast.Try) -> None:
        caught = [handler.type for handler in node.handlers]
        names = {name.id for each in caught if each for name in ast.walk(each) if isinstance(name, ast.Name)}
        optional = None in caught or not _OPTIONAL.isdisjoint(names)
        for each in (*([] if optional else node.body), *node.handlers, *node.orelse, *node.finalbody):
            self.visit(each)

    @override
    def visit_If(self, node: ast.If) -> None:
        names = {getattr(each, "id", getattr(each, "attr", "")) for each in ast.walk(node.test)}
        for each in (*([] if "TYPE_CHECKING" in names else node.body), *node.orelse):
            self.visit(each)


def _names(body: list[ast.stmt]) -> Iterator[str]:
    """Names that the statements of a module bind; `*` if they bind unknown ones."""
    for statement in body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                yield from (alias.asname or alias.name for alias in aliases)
            case _:
                for node in ast.walk(statement):
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                        yield node.id
                    elif isinstance(node, ast.stmt) and node is not statement:
                        yield from _names([node])
