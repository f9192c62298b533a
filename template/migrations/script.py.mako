"""${message[:1].upper() + message[1:]}."""

import sqlalchemy as sa
from alembic import op
% if imports:
${imports}
% endif

revision = ${repr(up_revision).replace("'", '"')}
down_revision = ${repr(down_revision).replace("'", '"')}
branch_labels = ${repr(branch_labels).replace("'", '"')}
depends_on = ${repr(depends_on).replace("'", '"')}


def upgrade() -> None:
    """Apply this revision."""
% if upgrades:
    ${upgrades}
% endif


def downgrade() -> None:
    """Undo this revision."""
% if downgrades:
    ${downgrades}
% endif
