"""`baton check`: one line for each fact, with its mark and the remedy; the exit status says whether all is well."""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from agents.departments import DepartmentError, DepartmentFiles
from agents.llm import probe
from agents.llm.connect import ModelSettings
from agents.ports import ModelError
from bot import config
from bot.cli import Failure
from bot.commands.starting import settings
from bot.gateway import code_of
from storage.database import Database
from storage.errors import DatabaseError

MARKS = {"ok": "✓", "note": "·", "bad": "✗"}


@dataclass(frozen=True)
class Fact:
    """What was found. `remedy` is one sentence, for notes and faults."""

    mark: Literal["ok", "note", "bad"]
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{MARKS[self.mark]} {self.what}" + (f": {self.remedy}" if self.remedy else "")


async def main(options: argparse.Namespace) -> int:
    print(Fact("ok", f"Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}"))
    try:
        given = settings()
    except Failure as error:
        for line in str(error).splitlines():
            print(Fact("bad", "settings", line))
        return 1
    bad = 0
    async for fact in _facts(given, options):
        print(fact, flush=True)
        bad += fact.mark == "bad"
    return 1 if bad else 0


async def _facts(given: config.Settings, options: argparse.Namespace) -> AsyncGenerator[Fact]:
    for part in (_slack, _model):
        async for fact in part(given, options):
            yield fact
    yield await _database(given)
    yield _departments(given)
    for folder in given.baton_library:
        yield _library(Path(folder))
    yield _search(given)


async def _slack(given: config.Settings, options: argparse.Namespace) -> AsyncGenerator[Fact]:
    wanted = [line for line in given.missing(options.http) if not line.startswith("OPENAI")]
    for line in wanted:
        name, _, remedy = line.partition(" ")
        yield Fact("bad", name, remedy)
    if wanted or options.offline or given.slack_bot_token is None:
        return
    client = AsyncWebClient(token=given.slack_bot_token.get_secret_value(), base_url=given.slack_api_url, timeout=10)
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        if code := code_of(error):
            yield Fact("bad", "SLACK_BOT_TOKEN", f"Slack refuses it ({code}); copy it again from “OAuth & Permissions”")
        else:
            yield Fact("bad", "Slack", f"what answers at {given.slack_api_url} is not Slack; check SLACK_API_URL")
    except (ClientError, OSError, TimeoutError):
        yield Fact("bad", "Slack", f"no answer from {given.slack_api_url}; check the network and SLACK_API_URL")
    else:
        yield Fact("ok", f"Slack: {answer.get('user')} in {answer.get('team')}")
        yield _scopes(answer.headers.get("x-oauth-scopes") or answer.headers.get("X-OAuth-Scopes") or "")


NEEDED = ("app_mentions:read", "chat:write", "channels:history", "reactions:write", "users:read")
USEFUL = ("chat:write.customize", "files:read", "files:write", "canvases:write", "commands", "groups:history")


def _scopes(header: str) -> Fact:
    granted = {scope.strip() for scope in header.split(",") if scope.strip()}
    if not granted:
        return Fact("note", "scopes", "Slack did not say which are granted")
    if missing := [scope for scope in NEEDED if scope not in granted]:
        return Fact("bad", "scopes", f"missing {', '.join(missing)}; reinstall the app from manifest.yml")
    if fewer := [scope for scope in USEFUL if scope not in granted]:
        return Fact("note", "scopes", f"without {', '.join(fewer)} some things are shown more plainly")
    return Fact("ok", "scopes granted")


async def _model(given: config.Settings, options: argparse.Namespace) -> AsyncGenerator[Fact]:
    if not given.has_model:
        yield Fact("bad", "OPENAI_API_KEY", "not set; put a key into .env, or use one of the servers named below")
    if options.offline:
        return
    if given.has_model:
        async for fact in _servers(given):
            yield fact
    for found in await probe.find_local_servers():
        model = found.models[0] if found.models else "NAME"
        lines = f"OPENAI_BASE_URL={found.base_url} BATON_MODEL={model}"
        yield Fact("note", f"{found.name} runs on this machine", f"to use it, put into .env: {lines}")


async def _servers(given: config.Settings) -> AsyncGenerator[Fact]:
    key = given.openai_api_key.get_secret_value() if given.openai_api_key else ""
    server = ModelSettings(api_key=key, base_url=given.openai_base_url, deadline_s=20)
    for model in dict.fromkeys(given.model_names.values()):
        try:
            await probe.verify(server, model)
        except ModelError as error:
            yield Fact("bad", f"model {model} at {server.address}", str(error))
        else:
            yield Fact("ok", f"model {model} at {server.address}")


async def _database(given: config.Settings) -> Fact:
    database: Database | None = None
    try:
        database = Database.open(given.database)
        await database.migrate()
    except DatabaseError as error:
        return Fact("bad", "database", str(error))
    finally:
        if database:
            await database.close()
    return Fact("ok", "database is there and up to date")


def _departments(given: config.Settings) -> Fact:
    try:
        found = DepartmentFiles.load(given.baton_departments)
    except DepartmentError as error:
        return Fact("bad", "departments", str(error))
    return Fact("ok", f"departments: {', '.join(one.id for one in found.all)}")


def _library(folder: Path) -> Fact:
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.X_OK):
        return Fact("bad", f"library {folder}", "not there or not readable; correct BATON_LIBRARY")
    return Fact("ok", f"library {folder}")


def _search(given: config.Settings) -> Fact:
    if given.tavily_api_key or given.brave_api_key or given.searxng_url:
        return Fact("ok", "web search is set up")
    remedy = "set TAVILY_API_KEY, BRAVE_API_KEY or SEARXNG_URL; until then the team uses its library and given links"
    return Fact("note", "no web search", remedy)
