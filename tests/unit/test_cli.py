"""The command line as a person meets it: each mistake one sentence with its remedy, and an exit status that tells."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import takewhile
from pathlib import Path
from threading import Thread

import pytest

from bot import cli

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 90  # after which a command counts as hanging, on a busy machine
SECRET = "very-secret-word"
TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "OPENAI_API_KEY": "key"}


class Told(subprocess.CompletedProcess[str]):
    """What a command said and how it ended."""

    @property
    def complaints(self) -> list[str]:
        return [line.removeprefix("baton: ") for line in self.stderr.splitlines()]


def environment(**more: str) -> dict[str, str]:
    """Nothing but where Python finds the program."""
    return {"PATH": os.defpath, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **more}


@pytest.fixture
def baton(tmp_path: Path) -> Baton:
    """Runs `python -m bot` in an empty folder and with an empty environment."""
    return Baton(tmp_path)


class Baton:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *arguments: str, **settings: str) -> Told:
        done = subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            cwd=self.folder,
            env=environment(**settings),
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Told(done.args, done.returncode, done.stdout, done.stderr)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


@contextmanager
def server(body: bytes, status: int = 200) -> Iterator[str]:
    """The address of something that answers every request like this."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as http:
        Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}/api/"
        http.shutdown()


# ---- called wrongly ----


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "the following arguments are required: COMMAND"),
        (("fly",), "invalid choice: 'fly'"),
        (("run", "--fast"), "unrecognized arguments: --fast"),
        (("demo",), "the following arguments are required: MISSION"),
        (("local", "--port", "99999"), "'99999' is not a port: give a number from 0 to 65535"),
        (("local", "--model-port", "-1"), "'-1' is not a port"),
        (("run", "--port", "eighty"), "'eighty' is not a port"),
        (("local", "--latency", "-1"), "'-1' is not a number of seconds"),
        (("demo", "x", "--timeout", "soon"), "'soon' is not a number of seconds"),
    ],
)
def test_a_wrong_call_is_answered_with_the_usage(
    arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.parser().parse_args(arguments)
    complaint = capsys.readouterr().err
    assert ended.value.code == 2
    assert complaint.startswith("usage: baton")
    assert told in complaint


def test_without_a_command_nothing_is_done(baton: Baton) -> None:
    done = baton()
    assert done.returncode == 2
    assert done.stderr.startswith("usage: baton")


def test_the_version_is_told(baton: Baton) -> None:
    done = baton("--version")
    assert (done.returncode, done.stdout) == (0, "baton 0.1.0\n")


def test_a_foreign_package_named_agents_is_refused(baton: Baton) -> None:
    (baton.folder / "agents").mkdir()
    (baton.folder / "agents" / "__init__.py").write_text("raise SystemExit('foreign code ran')\n", encoding="utf-8")
    done = baton("check")
    assert done.returncode == 2
    assert done.complaints == [
        f"the package `agents` comes from {baton.folder / 'agents'}, not from beside `bot`; "
        "run Baton in an environment of its own (`make run` makes one)."
    ]


def test_the_installed_script_has_the_same_guard() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert scripts == {"baton": "bot.__main__:main"}


# ---- run ----


def test_everything_that_is_missing_is_told_at_once(baton: Baton) -> None:
    done = baton("run")
    assert done.returncode == 1
    assert [line.split(" ")[0] for line in done.complaints] == [
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "OPENAI_API_KEY",
        "Without",
    ]
    assert list(baton.folder.iterdir()) == []


def test_over_http_the_signing_secret_is_asked_for(baton: Baton) -> None:
    done = baton("run", "--http", **TOKENS)
    assert done.returncode == 1
    assert done.complaints[0].startswith("SLACK_SIGNING_SECRET is not set: copy it from your Slack app's page")


def test_a_single_token_is_not_taken_for_the_local_workspace(baton: Baton) -> None:
    done = baton("run", "--local", SLACK_BOT_TOKEN="xoxb-1", OPENAI_API_KEY="key")
    assert done.returncode == 1
    assert done.complaints[0].startswith("SLACK_APP_TOKEN is not set")


def test_a_wrong_token_is_named_and_not_shown(baton: Baton) -> None:
    done = baton("run", **TOKENS | {"SLACK_BOT_TOKEN": f"xoxp-{SECRET}"})
    assert done.returncode == 1
    assert done.complaints[0].startswith("SLACK_BOT_TOKEN does not start with xoxb-")
    assert SECRET not in done.stdout + done.stderr


def test_wrong_settings_are_all_told_and_strangers_warned_about(baton: Baton) -> None:
    done = baton("run", BATON_PORT="many", BATON_LIBRARY='["open', SLACK_API_URL="nowhere", BATON_MODLE="x")
    assert done.returncode == 1
    assert done.complaints[0] == "BATON_MODLE is not a setting of Baton; did you mean BATON_MODEL?"
    assert sorted(line.split(":")[0] for line in done.complaints[1:]) == [
        "BATON_LIBRARY",
        "BATON_PORT",
        "SLACK_API_URL",
    ]


def test_the_file_beside_the_program_is_read(baton: Baton) -> None:
    (baton.folder / ".env").write_text("SLACK_BOT_TOKEN=xoxb-1\nOPENAI_API_KEY=key\n", encoding="utf-8")
    assert [line.split(" ")[0] for line in baton("run").complaints] == ["SLACK_APP_TOKEN", "Without"]


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (b'{"ok": false, "error": "invalid_auth"}', 200, "Slack refuses SLACK_BOT_TOKEN (invalid_auth)"),
        (b"<html>a proxy</html>", 200, "is not Slack: check SLACK_API_URL"),
        (b"oops", 502, "is not Slack: check SLACK_API_URL"),
        (b"[]", 200, "is not Slack: check SLACK_API_URL"),
    ],
)
def test_what_answers_in_slacks_place_is_told(baton: Baton, body: bytes, status: int, told: str) -> None:
    with server(body, status) as address:
        done = baton("run", SLACK_API_URL=address, **TOKENS)
    assert done.returncode == 1
    (line,) = done.complaints
    assert told in line


def test_a_slack_that_does_not_answer_is_told(baton: Baton) -> None:
    done = baton("run", SLACK_API_URL="http://127.0.0.1:1/api/", **TOKENS)
    assert done.returncode == 1
    assert done.complaints == ["Slack does not answer at http://127.0.0.1:1/api/: check the network and SLACK_API_URL."]


# ---- local ----


@pytest.mark.parametrize(("option", "who"), [("--port", "local workspace"), ("--model-port", "rehearsal model")])
def test_a_port_in_use_is_told_with_the_remedy(baton: Baton, taken: int, option: str, who: str) -> None:
    ports = {"--port": "0", "--model-port": "0", option: str(taken)}
    done = baton("local", *(word for pair in ports.items() for word in pair))
    assert done.returncode == 1
    (line,) = done.complaints
    assert line.startswith(f"The {who} cannot start: port {taken} ")
    assert "0 takes any free one" in line
    assert "# ready" not in done.stdout


@contextmanager
def stand_ins(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """`baton local` in a process of its own, and the settings that it printed."""
    command = [sys.executable, "-m", "bot", "local", "--port", "0", *options]
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, cwd=folder, env=environment(), text=True, **streams)
    try:
        assert process.stdout
        yield process, _settings(process.stdout)
    finally:
        process.kill()
        process.communicate(timeout=SECONDS)


def _settings(printed: Iterable[str]) -> dict[str, str]:
    """What is printed before everything is ready."""
    lines = takewhile(lambda line: line != "# ready\n", printed)
    return dict(line.strip().split("=", 1) for line in lines if not line.startswith("#"))


def test_the_stand_ins_say_how_to_reach_them_and_end_when_asked(baton: Baton) -> None:
    with stand_ins(baton.folder) as (process, settings):
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0
    assert settings["SLACK_BOT_TOKEN"].startswith("xoxb-")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/api/", settings["SLACK_API_URL"])
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1", settings["OPENAI_BASE_URL"])


def test_the_stand_ins_of_a_program_that_was_killed_do_not_stay_behind(baton: Baton) -> None:
    with stand_ins(baton.folder, "--with-parent") as (process, _):
        assert process.stdin
        process.stdin.close()  # as it happens when the other end dies
        assert process.wait(SECONDS) == 0
        process.stdin = None


# ---- demo ----


def test_a_library_that_is_not_there_is_told_before_anything_starts(baton: Baton) -> None:
    done = baton("demo", "A mission", "--library", "missing", "--out", "result")
    assert done.returncode == 1
    assert done.complaints == ["The library folder missing is not there or cannot be read: give an existing folder."]
    assert list(baton.folder.iterdir()) == []


def test_a_file_is_no_library(baton: Baton) -> None:
    (baton.folder / "brief.md").write_text("words", encoding="utf-8")
    assert baton("demo", "A mission", "--library", "brief.md").returncode == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser can read every folder")
def test_a_library_that_may_not_be_read_is_told(baton: Baton) -> None:
    shut = baton.folder / "shut"
    shut.mkdir(mode=0)
    done = baton("demo", "A mission", "--library", "shut", "--timeout", "30")
    shut.chmod(0o700)
    assert done.returncode == 1
    assert "shut" in done.complaints[-1]


@pytest.mark.parametrize("option", ["--out", "--json"])
def test_a_place_for_the_result_that_cannot_be_is_told_before_the_mission(baton: Baton, option: str) -> None:
    (baton.folder / "brief.md").write_text("words", encoding="utf-8")
    (baton.folder / "folder").mkdir()
    done = baton("demo", "A mission", option, {"--out": "brief.md", "--json": "folder"}[option])
    assert done.returncode == 1
    assert len(done.complaints) == 1
    assert done.stdout == ""


def test_what_is_no_mission_is_answered_and_the_command_fails(baton: Baton) -> None:
    done = baton("demo", ":tada:", "--hands-off")
    assert done.returncode == 1
    assert done.stdout.startswith("I see no words in this.")
    assert done.complaints[-1] == "This did not become a mission; the answer is above."


# ---- check ----


def test_a_set_up_that_is_whole_passes(baton: Baton) -> None:
    done = baton("check", "--offline", **TOKENS)
    assert done.returncode == 0, done.stdout
    assert {line[0] for line in done.stdout.splitlines()} <= {"✓", "·"}


def test_each_fault_is_one_marked_line_and_the_status_tells(baton: Baton) -> None:
    done = baton("check", "--offline", BATON_LIBRARY="missing", BATON_DEPARTMENTS="nowhere")
    bad = [line for line in done.stdout.splitlines() if line.startswith("✗")]
    assert done.returncode == 1
    assert [line.split(" ")[1].rstrip(":") for line in bad] == [
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "OPENAI_API_KEY",
        "departments",
        "library",
    ]


def test_a_database_of_a_later_version_is_left_alone_and_told(baton: Baton) -> None:
    assert baton("check", "--offline", **TOKENS).returncode == 0
    (file,) = (baton.folder / ".baton").glob("*.db")
    with sqlite3.connect(file) as later:
        later.execute("UPDATE alembic_version SET version_num = 'of_tomorrow'")
    later.close()
    before = file.read_bytes()
    done = baton("check", "--offline", **TOKENS)
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("✗")]
    assert done.returncode == 1
    assert "was written by a later version of Baton (revision of_tomorrow)" in line
    assert "install that version" in line
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    "address",
    [f"postgresql://baton:{SECRET}@127.0.0.1:1/baton", f"mysql://baton:{SECRET}@host/baton", f"{SECRET}"],
)
def test_a_database_that_cannot_be_used_is_told_without_its_password(baton: Baton, address: str) -> None:
    done = baton("check", "--offline", DATABASE_URL=address, **TOKENS)
    assert done.returncode == 1
    assert "✗ database" in done.stdout
    assert SECRET not in done.stdout + done.stderr


def test_a_department_that_cannot_be_read_is_told_with_its_file(baton: Baton) -> None:
    (baton.folder / "press.toml").write_text('id = "press"\ncolour = "red"\n', encoding="utf-8")
    done = baton("check", "--offline", BATON_DEPARTMENTS=".", **TOKENS)
    assert done.returncode == 1
    assert "✗ departments: press.toml: " in done.stdout
