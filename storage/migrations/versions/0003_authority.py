"""Who decided, by which authority: votes, refusals, audit.

Revision: 0003
"""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Nothing yet."""
