"""Merge bookings and closures."""

revision = "47ac9e5f1b38"
down_revision = ("8d2b64f0c971", "b5e7d31a90c6")
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""


def downgrade() -> None:
    """Undo this revision."""
