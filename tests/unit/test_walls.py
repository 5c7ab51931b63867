"""The walls of the house: who may import whom, and how long files and functions may be. Read from the source itself."""

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = "reverse_etl"
ROOT = Path(__file__).parents[2] / PACKAGE
ADAPTERS = {"warehouse", "destinations", "sandbox"}
# What only the session and the command line may put together.
PARTS = ADAPTERS | {"report"}
LONGEST_FILE = 400
LONGEST_FUNCTION = 80

# Imported modules of each module, both under their full names.
Imports = Mapping[str, frozenset[str]]


def module_name(path: Path, root: Path) -> str:
    parts = [root.name, *path.relative_to(root).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def read_imports(root: Path) -> dict[str, frozenset[str]]:
    """The imports of every file below a package, those inside functions included."""
    paths = sorted(root.rglob("*.py"))
    modules = {module_name(path, root) for path in paths}
    return {
        module_name(path, root): frozenset(
            _imports(ast.parse(path.read_text(encoding="utf-8")), module_name(path, root), path, modules)
        )
        for path in paths
    }


def _imports(tree: ast.AST, module: str, path: Path, modules: set[str]) -> Iterator[str]:
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # One dot is the own package, each further one a package up.
            above = package.rsplit(".", node.level - 1)[0] if node.level > 1 else package
            base = ".".join(part for part in (above if node.level else "", node.module or "") if part)
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield full if full in modules else base


def room(module: str) -> str:
    """The room of a module of the package: its first name below it."""
    return module.split(".")[1] if module.startswith(f"{PACKAGE}.") else ""


def is_own(module: str) -> bool:
    return module == PACKAGE or module.startswith(f"{PACKAGE}.")


def top(module: str) -> str:
    return module.partition(".")[0]


def is_third_party(module: str) -> bool:
    return not is_own(module) and top(module) not in sys.stdlib_module_names


def the_core_stands_alone(importer: str, imported: str) -> bool:
    """Nouns and ports import no third party and no other room."""
    return room(importer) == "core" and (is_third_party(imported) or (is_own(imported) and room(imported) != "core"))


def dbt_is_the_warehouse_s(importer: str, imported: str) -> bool:
    """Only the warehouse imports dbt, its adapters or an engine."""
    return room(importer) != "warehouse" and top(imported) in {"dbt", "dbt_common", "agate", "duckdb"}


def zeep_is_soap_s(importer: str, imported: str) -> bool:
    """Only one file imports zeep."""
    return importer != f"{PACKAGE}.destinations.microsoft_ads.wire.soap" and top(imported) == "zeep"


def authlib_is_protocol_s(importer: str, imported: str) -> bool:
    """Only one file imports Authlib."""
    own = f"{PACKAGE}.destinations.microsoft_ads.sign_in.protocol"
    return importer != own and top(imported) == "authlib"


def the_sandbox_is_on_its_own(importer: str, imported: str) -> bool:
    """The local sandbox imports no other room, and the command line alone imports it."""
    inside, target = room(importer) == "sandbox", room(imported) == "sandbox"
    if inside:
        return is_own(imported) and not target
    return target and room(importer) != "cli"


def adapters_do_not_know_each_other(importer: str, imported: str) -> bool:
    """Warehouse, destinations and reports do not import each other."""
    return room(importer) in PARTS and room(imported) in PARTS and room(importer) != room(imported)


def only_the_top_puts_parts_together(importer: str, imported: str) -> bool:
    """Only session, checks, API and command line import adapters or reports, and nothing imports the command line."""
    if room(imported) == "cli":
        return room(importer) not in {"cli", "__main__"}
    may = {"cli", "session", "api", room(imported)}
    checks = {f"{PACKAGE}.commands.{name}" for name in ("check", "check_warehouse")}
    return room(imported) in PARTS and room(importer) not in may and importer not in checks


def no_command_names_a_destination(importer: str, imported: str) -> bool:
    """A concrete destination is known to its own room, and to the commands of its sign-in."""
    concrete = imported.startswith(f"{PACKAGE}.destinations.")
    return concrete and room(importer) != "destinations" and importer != f"{PACKAGE}.cli.login"


def adapters_do_not_drive(importer: str, imported: str) -> bool:
    """Adapters know the core, not the one who uses them."""
    return room(importer) in ADAPTERS and room(imported) in {"commands", "session", "api"}


WALLS: list[Callable[[str, str], bool]] = [
    the_core_stands_alone,
    dbt_is_the_warehouse_s,
    zeep_is_soap_s,
    authlib_is_protocol_s,
    the_sandbox_is_on_its_own,
    adapters_do_not_know_each_other,
    only_the_top_puts_parts_together,
    no_command_names_a_destination,
    adapters_do_not_drive,
]


def broken(imports: Imports, wall: Callable[[str, str], bool]) -> list[str]:
    return [f"{importer} imports {one}" for importer, all_ in imports.items() for one in all_ if wall(importer, one)]


def cycle(imports: Imports) -> list[str]:
    """A ring of modules that import each other, or nothing. A package's own names are no import of its modules."""
    graph = {
        module: {one for one in all_ if one in imports and not module.startswith(f"{one}.")}
        for module, all_ in imports.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def too_long(root: Path) -> list[str]:
    """Files and functions that are longer than allowed."""
    found = []
    for path in sorted(root.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        lines = len(text.splitlines())
        if lines > LONGEST_FILE:
            found.append(f"{path.name} has {lines} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    found.append(f"{path.name}: {node.name} has {length} lines")
    return found


@pytest.fixture(scope="module")
def imports() -> Imports:
    return read_imports(ROOT)


@pytest.mark.parametrize("wall", WALLS, ids=lambda wall: wall.__name__)
def test_no_wall_is_broken(imports: Imports, wall: Callable[[str, str], bool]) -> None:
    """Each wall of the house holds, in every file."""
    assert broken(imports, wall) == []


def test_there_are_no_cycles(imports: Imports) -> None:
    """Imports go one way, those inside functions included."""
    assert cycle(imports) == []


def test_files_and_functions_are_short() -> None:
    """Files have up to 400 lines, functions up to 80."""
    assert too_long(ROOT) == []


def test_the_walker_sees_the_house(imports: Imports) -> None:
    """The walker reads the real files: the imports that everybody knows of are among what it found."""
    assert f"{PACKAGE}.core.plan" in imports[f"{PACKAGE}.core.ports"]
    assert "zeep" in imports[f"{PACKAGE}.destinations.microsoft_ads.wire.soap"]
    assert any(one.startswith("dbt.") for one in imports[f"{PACKAGE}.warehouse.project"])
    assert {"core", "commands", "cli", "warehouse", "destinations", "sandbox", "report"} <= {
        room(module) for module in imports
    }


def test_help_loads_no_project_and_no_warehouse() -> None:
    """The command line shows its help without what a command needs to work: it is quick, and needs no dbt."""
    seen = "import sys, reverse_etl.cli.app; print(*(n for n in sys.modules if n.startswith(('reverse_etl.', 'dbt'))))"
    loaded = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True).stdout.split()
    assert "reverse_etl.cli.app" in loaded
    heavy = ("dbt", "reverse_etl.session", "reverse_etl.commands", "reverse_etl.warehouse", "reverse_etl.destinations")
    assert [name for name in loaded if name.startswith(heavy)] == []
