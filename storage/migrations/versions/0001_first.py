"""The tables of the first version.

Revision: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Creates everything."""
    op.create_table(
        "call",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("mission", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", "digest", name="pk_call"),
    )
    op.create_table(
        "gesture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("said", sa.Boolean(), nullable=True),
        sa.Column("event_id", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("ts", sa.String(), nullable=True),
        sa.Column("client_msg_id", sa.String(), nullable=True),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("mission", sa.String(), nullable=True),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gesture"),
        sa.UniqueConstraint("team", "channel", "ts", "said", name="uq_gesture_team_channel_ts_said"),
        sa.UniqueConstraint("team", "client_msg_id", "said", name="uq_gesture_team_client_msg_id_said"),
        sa.UniqueConstraint("team", "event_id", name="uq_gesture_team_event_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_gesture_mission", "gesture", ["mission"])
    op.create_table(
        "mission",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("requester", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("files", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mission"),
    )
    op.create_index("ix_mission_place", "mission", ["team", "channel", "thread"])
    op.create_index("ix_mission_state", "mission", ["state"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("mission", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("op", sa.String(), nullable=False),
        sa.Column("view", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", INSTANT, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("ts", sa.String(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_target", "outbox", ["target"])
    op.create_index("ix_outbox_waiting", "outbox", ["channel", "state"])
    op.create_table(
        "shown",
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("ts", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("target", name="pk_shown"),
    )
    op.create_table(
        "spending",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mission", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("ask", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("cost_nano_usd", sa.BigInteger(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_spending"),
    )
    op.create_index("ix_spending_mission", "spending", ["mission"])
    op.create_table(
        "attempt",
        sa.Column("mission", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("artifact", JSON, nullable=True),
        sa.Column("points", JSON, nullable=False),
        sa.Column("open_points", JSON, nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["mission"], ["mission.id"], name="fk_attempt_mission_mission"),
        sa.PrimaryKeyConstraint("mission", "task", "rev", "attempt", name="pk_attempt"),
    )
    op.create_table(
        "claim",
        sa.Column("mission", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("claim", JSON, nullable=False),
        sa.ForeignKeyConstraint(["mission"], ["mission.id"], name="fk_claim_mission_mission"),
        sa.PrimaryKeyConstraint("mission", "task", "rev", "attempt", "id", name="pk_claim"),
    )
    op.create_table(
        "event",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("mission", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["mission"], ["mission.id"], name="fk_event_mission_mission"),
        sa.PrimaryKeyConstraint("seq", name="pk_event"),
        sa.UniqueConstraint("mission", "key", name="uq_event_mission_key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "gate",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("mission", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["mission"], ["mission.id"], name="fk_gate_mission_mission"),
        sa.PrimaryKeyConstraint("id", name="pk_gate"),
    )
    op.create_index("ix_gate_mission", "gate", ["mission"])
    op.create_table(
        "note",
        sa.Column("mission", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["mission"], ["mission.id"], name="fk_note_mission_mission"),
        sa.PrimaryKeyConstraint("mission", "message", name="pk_note"),
    )
    op.create_table(
        "plan",
        sa.Column("mission", sa.String(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("plan", JSON, nullable=False),
        sa.Column("estimate", JSON, nullable=False),
        sa.ForeignKeyConstraint(["mission"], ["mission.id"], name="fk_plan_mission_mission"),
        sa.PrimaryKeyConstraint("mission", "rev", name="pk_plan"),
    )
    op.create_table(
        "result",
        sa.Column("mission", sa.String(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("caveats", JSON, nullable=False),
        sa.ForeignKeyConstraint(["mission"], ["mission.id"], name="fk_result_mission_mission"),
        sa.PrimaryKeyConstraint("mission", "rev", name="pk_result"),
    )
    op.create_table(
        "snapshot",
        sa.Column("mission", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("published", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["mission"], ["mission.id"], name="fk_snapshot_mission_mission"),
        sa.PrimaryKeyConstraint("mission", "task", "id", name="pk_snapshot"),
    )
    op.create_table(
        "verdict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mission", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["mission"], ["mission.id"], name="fk_verdict_mission_mission"),
        sa.PrimaryKeyConstraint("id", name="pk_verdict"),
        sa.UniqueConstraint("mission", "key", name="uq_verdict_mission_key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "wishes",
        sa.Column("mission", sa.String(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("wishes", JSON, nullable=False),
        sa.ForeignKeyConstraint(["mission"], ["mission.id"], name="fk_wishes_mission_mission"),
        sa.PrimaryKeyConstraint("mission", "rev", name="pk_wishes"),
    )
    op.create_table(
        "decision",
        sa.Column("gate", sa.String(), nullable=False),
        sa.Column("choice", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["gate"], ["gate.id"], name="fk_decision_gate_gate"),
        sa.PrimaryKeyConstraint("gate", name="pk_decision"),
    )
