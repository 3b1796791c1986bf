"""Schedules and their occurrences.

Revision: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Adds the tables of missions that come back."""
    op.create_table(
        "schedule",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("timing", JSON, nullable=False),
        sa.Column("policies", JSON, nullable=False),
        sa.Column("budget_usd", sa.String(), nullable=True),
        sa.Column("standing", JSON, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("begun", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seen", INSTANT, nullable=False),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_schedule"),
    )
    op.create_index("ix_schedule_owner", "schedule", ["owner"])
    op.create_index("ix_schedule_next", "schedule", ["state", "next_at"])
    op.create_table(
        "occurrence",
        sa.Column("schedule", sa.String(), nullable=False),
        sa.Column("wall", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("start_at", INSTANT, nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("mission", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("schedule", "wall", name="pk_occurrence"),
        sa.ForeignKeyConstraint(["schedule"], ["schedule.id"], name="fk_occurrence_schedule_schedule"),
    )
    op.create_index("ix_occurrence_mission", "occurrence", ["mission"])
    op.create_index("ix_occurrence_start", "occurrence", ["outcome", "start_at"])
