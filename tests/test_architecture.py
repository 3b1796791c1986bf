"""The house has floors, and each vendor one door. Whoever strays is named with file and line."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("agents", "bot", "storage")
OURS = frozenset(PACKAGES)

# One vendor, one door: who may import it. A place is a module, or a package with all that is in it.
DOORS: dict[str, tuple[str, ...]] = {
    "openai": ("agents.llm",),
    "httpx": ("agents.tools",),
    "httpcore": ("agents.tools",),
    "trafilatura": ("agents.tools",),
    "pypdf": ("agents.tools",),
    "openpyxl": ("agents.tools",),
    "docx": ("agents.tools",),
    "dateparser": ("agents.tools",),
    "rapidfuzz": ("agents.evidence",),
    "dbos": ("agents.engine",),
    "sqlmodel": ("storage",),
    "sqlalchemy": ("storage",),
    "alembic": ("storage",),
    "aiosqlite": ("storage",),
    "slack_bolt": ("bot",),
    "slack_sdk": ("bot",),
    # The openai package lets errors of its aiohttp transport through as they are; they are sorted where it is asked.
    "aiohttp": ("bot", "agents.llm.connect"),
    "pydantic_settings": ("bot.config",),
    "apscheduler": ("bot.clock",),
    "cronsim": ("agents.timing.cron",),
}

# Floors. The importer's place, and the only places of ours that it may import; the first that fits applies.
FLOORS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("agents.domain", ("agents.domain",)),
    ("agents.contracts", ("agents.domain",)),
    ("agents.ports", ("agents.domain",)),
    ("agents", ("agents",)),
    ("storage", ("storage", "agents.domain", "agents.ports")),
    ("bot.views", ("bot.views", "agents")),
    ("bot.local.workspace", ("bot.local.workspace", "bot.views")),
    ("bot.local.rehearsal", ("bot.local.rehearsal", "agents.contracts", "agents.domain")),
    ("bot.local", ("bot", "agents")),
    ("bot.commands", ("bot", "agents", "storage")),
    ("bot", ("bot", "agents", "storage")),
)
# Product code has no branch for the stand-ins: only the commands that start them know them.
STANDINS, THEIR_STARTERS = "bot.local", ("bot.commands", "bot.local")


@dataclass(frozen=True)
class Module:
    """A module of ours, parsed."""

    name: str  # dotted
    path: Path  # from the root, for people
    tree: ast.Module


@dataclass(frozen=True)
class Import:
    """One imported module or name, where it stands."""

    module: Module
    line: int
    target: str  # dotted

    def __str__(self) -> str:
        return f"{self.module.path}:{self.line}: {self.module.name} imports {self.target}"


@functools.cache
def modules(root: Path) -> tuple[Module, ...]:
    """Every module of the three packages."""
    found = [path for package in PACKAGES for path in sorted((root / package).rglob("*.py"))]
    return tuple(Module(_dotted(path.relative_to(root)), path.relative_to(root), _parsed(path)) for path in found)


def _dotted(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def imports(module: Module) -> Iterator[Import]:
    """What the module imports, at the top and inside functions; `from a import b` counts as a.b."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (Import(module, node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(module, node)
            yield from (Import(module, node.lineno, f"{base}.{alias.name}") for alias in node.names)


def _base(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = module.name.split(".")
    if module.path.name != "__init__.py":
        package = package[:-1]
    kept = package[: len(package) - node.level + 1]
    return ".".join([*kept, *([node.module] if node.module else [])])


def within(name: str, place: str) -> bool:
    return name == place or name.startswith(f"{place}.")


def every(root: Path) -> Iterator[Import]:
    for module in modules(root):
        yield from imports(module)


# ---- the rules: each yields what breaks it ----


def strays_between_floors(root: Path) -> Iterator[str]:
    for one in every(root):
        if one.target.split(".")[0] not in OURS:
            continue
        allowed = next(down for place, down in FLOORS if within(one.module.name, place))
        if not any(within(one.target, place) for place in allowed):
            yield f"{one}; it may import only {', '.join(allowed)}"


def strays_through_doors(root: Path) -> Iterator[str]:
    for one in every(root):
        vendor = one.target.split(".")[0]
        doors = DOORS.get(vendor)
        if doors and not any(within(one.module.name, door) for door in doors):
            yield f"{one}; only {' and '.join(doors)} may import {vendor}"
        elif vendor.startswith("slack_") and within(one.module.name, "bot.views"):
            yield f"{one}; views are pure"


def lazy_imports_at_the_top(root: Path) -> Iterator[str]:
    """Of the exceptions among the doors: aiohttp in the model client is imported only when a call is made."""
    for module in modules(root):
        if module.name != "agents.llm.connect":
            continue
        top = {node.lineno for node in module.tree.body}
        yield from (str(one) for one in imports(module) if one.target.startswith("aiohttp") and one.line in top)


def domain_beyond_the_standard_library(root: Path) -> Iterator[str]:
    for one in every(root):
        known = sys.stdlib_module_names | {"agents"}
        if within(one.module.name, "agents.domain") and one.target.split(".")[0] not in known:
            yield f"{one}; agents.domain stands on the standard library alone"


def standins_in_the_product(root: Path) -> Iterator[str]:
    for one in every(root):
        if within(one.target, STANDINS) and not any(within(one.module.name, place) for place in THEIR_STARTERS):
            yield f"{one}; only the commands know the stand-ins"


def pickles(root: Path) -> Iterator[str]:
    for one in every(root):
        if one.target.split(".")[0] in ("pickle", "dill", "cloudpickle", "marshal", "shelve"):
            yield f"{one}; what is stored is plain JSON"


def dangerous_calls(root: Path) -> Iterator[str]:
    """Text that becomes code or a shell's words."""
    for module, call in _calls(root):
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name in ("eval", "exec", "compile", "__import__"):
            yield f"{module.path}:{call.lineno}: {name}() makes code of text"
        if any(word.arg == "shell" and not _is_false(word.value) for word in call.keywords):
            yield f"{module.path}:{call.lineno}: a shell reads the words of a subprocess"
        if ast.unparse(call.func).endswith(("os.system", "os.popen", "create_subprocess_shell")):
            yield f"{module.path}:{call.lineno}: {ast.unparse(call.func)}() asks a shell"


def built_sql(root: Path) -> Iterator[str]:
    """SQL that is put together from anything but constants. A pragma takes no parameters, so it may have holes."""
    for module, call in _calls(root):
        if _callee(call) not in SQL_CALLS or not call.args or not _is_built(call.args[0]):
            continue
        if not _starts_with(call.args[0], "PRAGMA "):
            yield f"{module.path}:{call.lineno}: SQL is put together from strings; use parameters"


SQL_CALLS = {"execute", "executemany", "executescript", "exec_driver_sql", "sa.text", "sqlalchemy.text", "text"}


def _calls(root: Path) -> Iterator[tuple[Module, ast.Call]]:
    for module in modules(root):
        yield from ((module, node) for node in ast.walk(module.tree) if isinstance(node, ast.Call))


def _callee(call: ast.Call) -> str:
    """`execute` for any object's method; `text` only as a name by itself or of SQLAlchemy."""
    if isinstance(call.func, ast.Attribute):
        return ast.unparse(call.func) if call.func.attr == "text" else call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _is_built(node: ast.expr) -> bool:
    """Whether the text has parts that are not written down in the module."""
    if isinstance(node, ast.JoinedStr):
        return not all(_is_constant(part.value) for part in node.values if isinstance(part, ast.FormattedValue))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return not (_is_constant(node.left) and _is_constant(node.right))
    return isinstance(node, ast.Call) and _callee(node) in ("format", "join") and not _is_constant(node)


def _is_constant(node: ast.expr) -> bool:
    """A literal, a CONSTANT, or a literal repeated: `", ".join("?" for _ in values)`."""
    if isinstance(node, ast.Call):
        repeated = node.args[0] if len(node.args) == 1 else None
        return _callee(node) == "join" and isinstance(repeated, ast.GeneratorExp) and _is_constant(repeated.elt)
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id.isupper())


def _starts_with(node: ast.expr, word: str) -> bool:
    first = node.values[0] if isinstance(node, ast.JoinedStr) else None
    return isinstance(first, ast.Constant) and str(first.value).startswith(word)


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value


Rule = Callable[[Path], Iterator[str]]
RULES: tuple[Rule, ...] = (
    strays_between_floors,
    strays_through_doors,
    lazy_imports_at_the_top,
    domain_beyond_the_standard_library,
    standins_in_the_product,
    pickles,
    dangerous_calls,
    built_sql,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_code_keeps_the_rule(rule: Rule) -> None:
    broken = list(rule(ROOT))
    assert not broken, "\n".join(broken)


PLANTED: tuple[tuple[Rule, str, str], ...] = (
    (strays_between_floors, "agents/phases/run.py", "from storage import missions"),
    (strays_between_floors, "agents/roles/critic.py", "import bot.gateway"),
    (strays_between_floors, "storage/missions.py", "from agents.roles import critic"),
    (strays_between_floors, "storage/missions.py", "from agents import engine"),
    (strays_between_floors, "agents/domain/plan.py", "from .. import ports"),
    (strays_between_floors, "agents/ports.py", "def late():\n    from agents import engine"),
    (strays_between_floors, "bot/views/card.py", "from storage import missions"),
    (strays_between_floors, "bot/local/rehearsal/mind.py", "from agents.phases import run"),
    (strays_through_doors, "agents/roles/critic.py", "import openai"),
    (strays_through_doors, "agents/phases/run.py", "import dbos"),
    (strays_through_doors, "agents/engine.py", "from sqlalchemy import select"),
    (strays_through_doors, "agents/llm/client.py", "def ask():\n    import aiohttp"),
    (strays_through_doors, "bot/views/card.py", "from slack_sdk.models import blocks"),
    (strays_through_doors, "bot/app.py", "import apscheduler.schedulers.asyncio"),
    (lazy_imports_at_the_top, "agents/llm/connect.py", "import aiohttp"),
    (domain_beyond_the_standard_library, "agents/domain/plan.py", "import pydantic"),
    (standins_in_the_product, "bot/app.py", "from bot.local import standins"),
    (standins_in_the_product, "bot/gateway.py", "from .local import standins"),
    (pickles, "storage/journal.py", "import pickle"),
    (dangerous_calls, "agents/tools/arithmetic.py", "eval(expression)"),
    (dangerous_calls, "bot/app.py", "subprocess.run(words, shell=True)"),
    (dangerous_calls, "bot/app.py", "os.system(words)"),
    (built_sql, "storage/missions.py", 'session.execute(f"SELECT {name} FROM missions")'),
    (built_sql, "storage/missions.py", 'session.execute("SELECT * FROM " + table)'),
    (built_sql, "storage/missions.py", 'sa.text("SELECT %s" % name)'),
    (built_sql, "storage/missions.py", 'cursor.execute("SELECT {}".format(name))'),
    (built_sql, "agents/tools/library_index.py", 'db.execute(f"SELECT {LIMIT} WHERE {word}")'),
)


@pytest.mark.parametrize(("rule", "place", "code"), PLANTED, ids=lambda value: getattr(value, "__name__", None))
def test_a_planted_fault_is_named_with_its_file_and_line(rule: Rule, place: str, code: str, tmp_path: Path) -> None:
    _plant(tmp_path, place, code)
    line = 2 + code.count("\n")
    assert [found for found in rule(tmp_path) if found.startswith(f"{place}:{line}: ")]


HARMLESS = (
    (built_sql, "storage/database.py", 'cursor.execute(f"PRAGMA {pragma}")'),
    (built_sql, "bot/views/card.py", 'numbers.text(f"{count} tasks")'),
    (built_sql, "storage/missions.py", "session.execute(sa.select(tables.Mission).where(id == 1))"),
    (built_sql, "storage/missions.py", 'db.execute(f"DELETE FROM a LIMIT {LIMIT}")'),
    (
        built_sql,
        "storage/missions.py",
        """db.execute(f"SELECT 1 WHERE {' OR '.join('a = ?' for _ in names)}", names)""",
    ),
    (built_sql, "storage/missions.py", 'session.execute("SELECT 1 FROM missions " "WHERE id = ?", (id,))'),
    (dangerous_calls, "storage/missions.py", "session.exec(statement)"),
    (strays_through_doors, "agents/llm/connect.py", "def failures():\n    from aiohttp import ClientError"),
    (strays_between_floors, "storage/missions.py", "from agents.domain import mission"),
)


@pytest.mark.parametrize(("rule", "place", "code"), HARMLESS, ids=lambda value: getattr(value, "__name__", None))
def test_what_is_allowed_is_not_complained_about(rule: Rule, place: str, code: str, tmp_path: Path) -> None:
    _plant(tmp_path, place, code)
    assert list(rule(tmp_path)) == []


def _plant(root: Path, place: str, code: str) -> None:
    path = root / place
    path.parent.mkdir(parents=True)
    path.write_text(f'"""A module."""\n{code}\n', encoding="utf-8")


# Run in a process of its own. Audit events tell what a module does while it is imported. What a vendor's package does
# at its import is the vendor's, such as asking what kind of Python it runs on; only the network is shut for it as well.
WATCH = """
import asyncio.base_events, importlib, logging, os, signal, sys, threading
root, *names = sys.argv[1:]
handlers = len(logging.getLogger().handlers)
environment, interrupt = dict(os.environ), signal.getsignal(signal.SIGTERM)
present = ""

def ours():
    frame = sys._getframe(2)
    while frame:
        if "site-packages" in frame.f_code.co_filename:
            return False
        if frame.f_code.co_filename.startswith(root):
            return True
        frame = frame.f_back
    return True

def look(event, arguments):
    if not present:
        return
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        print(f"{present}: {event} {arguments}")
    elif event in ("subprocess.Popen", "os.system", "os.mkdir", "os.remove", "os.rename", "os.fork",
                   "sqlite3.connect") and ours():
        print(f"{present}: {event} {arguments}")
    elif (event == "open" and isinstance(arguments[2], int)
          and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and ours()):
        print(f"{present}: writes {arguments[0]}")

sys.addaudithook(look)
for present in names:
    importlib.import_module(present)
    if threading.active_count() > 1:
        print(f"{present}: starts a thread")
    if len(logging.getLogger().handlers) != handlers:
        print(f"{present}: sets up logging")
    if dict(os.environ) != environment:
        print(f"{present}: changes the environment")
    if signal.getsignal(signal.SIGTERM) is not interrupt:
        print(f"{present}: takes a signal")
    if asyncio.base_events.events._get_running_loop():
        print(f"{present}: starts an event loop")
"""


def watch(root: Path, names: list[str], cwd: Path) -> str:
    """What importing these modules does besides; empty when it does nothing."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", WATCH, f"{root}/", *names],
        cwd=cwd,
        env={"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_any_module_does_nothing_else(tmp_path: Path) -> None:
    assert watch(ROOT, [module.name for module in modules(ROOT)], tmp_path) == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('127.0.0.1', 9))", "socket.connect"),
        ("open('trace', 'w').close()", "writes trace"),
        ("import subprocess, sys\nsubprocess.run([sys.executable, '--version'])", "subprocess.Popen"),
        ("import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()", "a thread"),
        ("import logging\nlogging.basicConfig()", "sets up logging"),
    ],
)
def test_a_module_that_does_something_when_imported_is_named(code: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "busy.py").write_text(f"{code}\n", encoding="utf-8")
    assert "busy: " in (said := watch(tmp_path, ["busy"], tmp_path)) and told in said
