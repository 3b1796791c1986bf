"""The ledger of evidence: sources, captures, citations and dependencies as rows; nothing in it can be changed.

Revision: 0002
"""

import hashlib
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
LEDGER = ("source", "snapshot", "capture", "claim", "citation", "dependency", "verdict")

FUNCTION = """
    CREATE FUNCTION ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'The ledger only grows: % is refused.', TG_OP; END $$
"""
POSTGRES = (
    "CREATE TRIGGER %(name)s_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON %(name)s "
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger_only_grows()",
)
SQLITE = (
    "CREATE TRIGGER %(name)s_is_not_changed BEFORE UPDATE ON %(name)s "
    "BEGIN SELECT RAISE(ABORT, 'The ledger only grows: UPDATE is refused.'); END",
    "CREATE TRIGGER %(name)s_is_not_removed BEFORE DELETE ON %(name)s "
    "BEGIN SELECT RAISE(ABORT, 'The ledger only grows: DELETE is refused.'); END",
)

OLD_SNAPSHOT = sa.table(
    "snapshot", *map(sa.column, ("mission", "task", "id", "kind", "source", "title", "text", "published"))
)
CLAIM = sa.table(
    "claim", *map(sa.column, ("mission", "task", "rev", "attempt", "id", "place")), sa.column("claim", JSON)
)


def upgrade() -> None:
    """Takes along what there is, then closes the ledger against changes."""
    captured = op.get_bind().execute(sa.select(OLD_SNAPSHOT).order_by("mission", "task", "id")).mappings().all()
    op.drop_table("snapshot")
    _create_sources()
    _create_findings()
    _take_sources([dict(row) for row in captured])
    _take_citations()
    for name in ("claim", "verdict"):
        op.add_column(name, sa.Column("at", INSTANT, nullable=True))
    op.add_column("result", sa.Column("premise", sa.String(), nullable=False, server_default=""))
    op.add_column("result", sa.Column("premise_claims", JSON, nullable=False, server_default="[]"))
    op.add_column("result", sa.Column("objection", sa.String(), nullable=False, server_default=""))
    _close()


def _create_sources() -> None:
    op.create_table(
        "source",
        sa.Column("mission", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["mission"], ["mission.id"], name="fk_source_mission_mission"),
        sa.PrimaryKeyConstraint("mission", "id", name="pk_source"),
    )
    op.create_table(
        "snapshot",
        sa.Column("mission", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("published", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["mission"], ["mission.id"], name="fk_snapshot_mission_mission"),
        sa.PrimaryKeyConstraint("mission", "id", name="pk_snapshot"),
    )
    op.create_table(
        "capture",
        sa.Column("mission", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("snapshot", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("call", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["mission"], ["mission.id"], name="fk_capture_mission_mission"),
        sa.PrimaryKeyConstraint("mission", "task", "snapshot", name="pk_capture"),
    )


def _create_findings() -> None:
    op.create_table(
        "citation",
        *_finding("citation"),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("snapshot", sa.String(), nullable=False),
        sa.Column("quote", sa.String(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("end", sa.Integer(), nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "dependency",
        *_finding("dependency"),
        sa.Column("on", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=True),
        sqlite_autoincrement=True,
    )


def _finding(table: str) -> list[sa.schema.SchemaItem]:
    """What the rows about claims have in common."""
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mission", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["mission"], ["mission.id"], name=f"fk_{table}_mission_mission"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("mission", "key", name=f"uq_{table}_mission_key"),
    ]


def _take_sources(captured: list[dict[str, Any]]) -> None:
    """Each source and text once; the first task that captured it counts. When it was is not known."""
    sources: dict[tuple[str, str], dict[str, Any]] = {}
    texts: dict[tuple[str, str], dict[str, Any]] = {}
    captures: list[dict[str, Any]] = []
    for row in captured:
        mission, source = row["mission"], hashlib.sha256(f"{row['kind']}\n{row['source']}".encode()).hexdigest()[:16]
        found = {"mission": mission, "id": source, "kind": row["kind"], "address": row["source"], "title": row["title"]}
        sources.setdefault((mission, source), found)
        text = {"mission": mission, "id": row["id"], "source": source, "title": row["title"], "text": row["text"]}
        texts.setdefault((mission, row["id"]), text | {"published": row["published"]})
        capture = {"mission": mission, "task": row["task"], "snapshot": row["id"], "source": source}
        captures.append(capture | {"by": "", "call": ""})
    _insert("source", list(sources.values()))
    _insert("snapshot", list(texts.values()))
    _insert("capture", captures)


def _take_citations() -> None:
    """Citations leave the claims and become rows."""
    connection = op.get_bind()
    found: list[dict[str, Any]] = []
    for row in connection.execute(sa.select(CLAIM)).mappings().all():
        body = dict(row["claim"])
        of = {name: row[name] for name in ("mission", "task", "rev", "attempt")}
        for place, quoted in enumerate(body.pop("citations", [])):
            key = f"0002:{row['task']}:{row['rev']}:{row['attempt']}:{row['id']}:{place}"
            found.append({**of, "claim": row["id"], "place": place, "key": key, **quoted})
        here = sa.and_(*(CLAIM.c[name] == value for name, value in of.items()), CLAIM.c.id == row["id"])
        connection.execute(sa.update(CLAIM).where(here).values(claim=body))
    _insert("citation", found)


def _insert(name: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        op.bulk_insert(sa.table(name, *map(sa.column, rows[0])), rows)


def _close() -> None:
    """The database itself refuses to change or remove evidence. A table that a later migration copies needs it anew."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(FUNCTION)
    statements = POSTGRES if op.get_bind().dialect.name == "postgresql" else SQLITE
    for name in LEDGER:
        for statement in statements:
            op.execute(sa.DDL(statement, context={"name": name}))  # pyright: ignore[reportUnknownMemberType]
