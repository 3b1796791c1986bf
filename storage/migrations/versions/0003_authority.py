"""Who decided, by which authority: votes, mandates, delegations, audit.

Revision: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """How far a gate is, and five tables; the audit takes no change from anybody."""
    op.add_column("gate", sa.Column("name", sa.String(), server_default="", nullable=False))
    op.add_column("gate", sa.Column("shown", sa.String(), server_default="", nullable=False))
    for when in ("asked_at", "delivered_at", "resumed_at"):
        op.add_column("gate", sa.Column(when, INSTANT, nullable=True))
    op.create_table(
        "vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gate", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("choice", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["gate"], ["gate.id"], name="fk_vote_gate_gate"),
        sa.PrimaryKeyConstraint("id", name="pk_vote"),
        sa.UniqueConstraint("gate", "user", "choice", name="uq_vote_gate_user_choice"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "mandate",
        sa.Column("mission", sa.String(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("gate", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["mission"], ["mission.id"], name="fk_mandate_mission_mission"),
        sa.PrimaryKeyConstraint("mission", "phase", "rev", name="pk_mandate"),
    )
    op.create_table(
        "delegation",
        sa.Column("mission", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("to", sa.String(), nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["mission"], ["mission.id"], name="fk_delegation_mission_mission"),
        sa.PrimaryKeyConstraint("mission", "by", "to", name="pk_delegation"),
    )
    op.create_table(
        "audit",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("at", "who", "authority", "action", "object")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("digest", "outcome", "prev", "hash")),
        sa.PrimaryKeyConstraint("team", "seq", name="pk_audit"),
    )
    op.create_table(
        "audit_head",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("team", name="pk_audit_head"),
    )
    _only_added()


def _only_added() -> None:
    """The database itself refuses to change or remove what was audited."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in ON_SQLITE if sqlite else ON_POSTGRESQL:
        op.execute(statement)


ON_SQLITE = (
    """CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'audit rows are only ever added'); END""",
    """CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'audit rows are only ever added'); END""",
)
ON_POSTGRESQL = (
    """CREATE FUNCTION audit_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'audit rows are only ever added'; END $$""",
    """CREATE TRIGGER audit_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_only_added()""",
)
