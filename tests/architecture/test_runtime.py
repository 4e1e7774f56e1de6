"""The product runs on the pinned runtime alone: what only builders have is not imported by it."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "yipan"
FILES = sorted(SOURCE.rglob("*.py"))

#: Read where a file is, and refused with a sentence where it is missing.
OPTIONAL = {"barcode", "polars", "segno", "typst", "vl_convert"}


def list_pinned() -> set[str]:
    """Return the distributions of the runtime, as PyPI spells them."""
    text = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    return {
        name.lower().replace("_", "-") for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)
    }


class Imports(ast.NodeVisitor):
    """Collects the packages a module imports when it runs, not those for types alone."""

    def __init__(self) -> None:
        self.packages: set[str] = set()

    def visit_If(self, node: ast.If) -> None:
        if not (isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
            self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        self.packages |= {alias.name.partition(".")[0] for alias in node.names}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self.packages.add((node.module or "").partition(".")[0])


def test_every_import_is_of_the_standard_library_or_pinned_for_the_runtime() -> None:
    pinned, owners = list_pinned(), packages_distributions()
    strangers = {}
    for path in FILES:
        imports = Imports()
        imports.visit(ast.parse(path.read_text(encoding="utf-8")))
        unknown = {
            package
            for package in imports.packages - sys.stdlib_module_names - OPTIONAL - {"yipan"}
            if not pinned & {name.lower().replace("_", "-") for name in owners.get(package, [])}
        }
        if unknown:
            strangers[path.relative_to(SOURCE).as_posix()] = sorted(unknown)

    assert strangers == {}


@pytest.mark.parametrize(
    ("source", "package"),
    [
        ("import pytest", "pytest"),
        ("def f():\n    from hypothesis import given", "hypothesis"),
        ("if TYPE_CHECKING:\n    import mypy\nfrom ruff import x", "ruff"),
    ],
)
def test_an_import_is_seen_wherever_it_stands(source: str, package: str) -> None:
    imports = Imports()

    imports.visit(ast.parse(source))

    assert imports.packages == {package}
