"""The documents say what is so: settings, commands, targets, links, and the file that a reader is sent to."""

from __future__ import annotations

import argparse
import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from agents.departments import DepartmentFiles
from agents.tools import ToolSettings, own_tools, toolbox
from agents.tools.captured import Recent
from agents.tools.search_read import Sources
from bot import config
from bot.cli import VERSION, parser

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
DEPARTMENTS = (ROOT / "docs" / "departments.md").read_text("utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def settings_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_settings", ROOT / "docs" / "settings.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def commands() -> dict[str, argparse.ArgumentParser]:
    """The commands of `baton` by name."""
    actions = parser()._actions
    (found,) = [action for action in actions if isinstance(action, argparse._SubParsersAction)]
    return dict(found.choices)


def targets() -> set[str]:
    """What `make` can make."""
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def broken_links(document: Path) -> list[str]:
    """Relative links of the document that lead nowhere."""
    found = []
    for link in LINK.findall(FENCE.sub("", document.read_text("utf-8"))):
        place, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", link):
            continue
        target = (document.parent / place) if place else document
        if not target.exists() or (anchor and anchor not in anchors(target.read_text("utf-8"))):
            found.append(link)
    return found


def test_the_readme_is_short_enough_to_be_read() -> None:
    assert len(README.splitlines()) <= 200


def test_the_table_of_settings_is_the_one_that_the_program_has() -> None:
    assert settings_script().written(README) == README, "run `python docs/settings.py --write`"


def test_every_setting_is_in_the_table_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.*?) \|", README, re.MULTILINE))
    assert list(rows) == config.known()
    assert rows["BATON_MODEL"] == f"`{config.Settings.model_fields['baton_model'].default}`"


def test_the_table_cannot_be_written_where_the_markers_are_missing() -> None:
    with pytest.raises(ValueError, match="settings: begin"):
        settings_script().written("A README without markers.")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    assert broken_links(document) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One two\n[a](page.md#one-two) [b](gone.md) [c](#three) [d](https://x.example/)\n", "utf-8")
    assert broken_links(page) == ["gone.md", "#three"]


def test_the_readme_names_every_command() -> None:
    assert [name for name in commands() if f"baton {name}" not in README] == []


def test_the_readme_names_no_option_that_a_command_does_not_have() -> None:
    known = {
        option for command in commands().values() for action in command._actions for option in action.option_strings
    }
    named = set(re.findall(r"(?<![\w-])(--[a-z][a-z-]*)", README))
    assert named - known == set()


def test_every_command_helps(capsys: pytest.CaptureFixture[str]) -> None:
    for name, command in commands().items():
        assert command.format_help().startswith(f"usage: baton {name}")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", document.read_text("utf-8"), re.MULTILINE))
    assert named - targets() == set()


def test_the_readme_names_the_two_targets_that_a_newcomer_needs() -> None:
    assert {"run", "test"} <= set(re.findall(r"^make ([a-z]+)", README, re.MULTILINE))


def test_the_department_in_the_readme_can_be_used(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```toml\n(.*?)^```", DEPARTMENTS, re.DOTALL | re.MULTILINE)
    (tmp_path / "press.toml").write_text(example, encoding="utf-8")
    sources = Sources(None, None, None, Recent(), ToolSettings().characters)
    names = frozenset(tool.spec.name for tool in own_tools(sources, None))  # type: ignore[arg-type]
    assert DepartmentFiles.load(tmp_path, names).get("press").title == tomllib.loads(example)["title"]


def test_the_outside_tool_in_the_guide_is_one_that_can_be_used() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", guide, re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {}
    exec(code, names)
    made = toolbox.tool(names["postcodes"])
    assert made.spec.description == "Gives the postcodes of a town."
    assert list(made.arguments.model_fields) == ["town"]


def test_every_path_that_the_documents_name_is_there() -> None:
    tops = "agents|bot|storage|tests|docs"
    named = {
        (document.name, path)
        for document in DOCUMENTS
        for path in re.findall(rf"`((?:{tops})/[\w/.*-]+)`", document.read_text("utf-8"))
    }
    assert len(named) > 20
    assert [one for one in sorted(named) if not list(ROOT.glob(one[1].rstrip("/")))] == []


def test_the_example_of_settings_names_only_settings() -> None:
    named = re.findall(r"^#? ?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE)
    assert set(named) - set(config.known()) == set()
    assert {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "OPENAI_API_KEY"} <= set(named)


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest and project["version"] == VERSION == newest[1]


def test_every_decision_says_what_it_should() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        text = path.read_text("utf-8")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Question", "Choice", "Price", "When to look again"], (
            path
        )
        assert text.startswith(f"# {int(path.name[:4])}. ")
