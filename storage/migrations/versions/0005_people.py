"""Waiting, steering, pausing.

Revision: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """What a mission was interrupted in, what a reply was taken for, proposed plans, waits, and the halt."""
    op.add_column("mission", sa.Column("stood", sa.String(), server_default="", nullable=False))
    op.add_column("note", sa.Column("kind", sa.String(), server_default="steer", nullable=False))
    op.create_table(
        "proposal",
        sa.Column("gate", sa.String(), nullable=False),
        sa.Column("mission", sa.String(), nullable=False),
        sa.Column("plan", JSON, nullable=False),
        sa.Column("estimate", JSON, nullable=False),
        sa.Column("questions", JSON, nullable=False),
        sa.ForeignKeyConstraint(["mission"], ["mission.id"], name="fk_proposal_mission_mission"),
        sa.PrimaryKeyConstraint("gate", name="pk_proposal"),
    )
    op.create_index("ix_proposal_mission", "proposal", ["mission"])
    op.create_table(
        "wait",
        sa.Column("gate", sa.String(), nullable=False),
        sa.Column("mission", sa.String(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("due", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["gate"], ["gate.id"], name="fk_wait_gate_gate"),
        sa.ForeignKeyConstraint(["mission"], ["mission.id"], name="fk_wait_mission_mission"),
        sa.PrimaryKeyConstraint("gate", name="pk_wait"),
    )
    op.create_index("ix_wait_due", "wait", ["due"])
    op.create_table(
        "halt",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("team", name="pk_halt"),
    )
