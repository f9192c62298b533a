from logging.config import fileConfig

from alembic import context
from library.config import get_settings
from library.db import Base
from sqlalchemy import create_engine, pool

fileConfig(context.config.config_file_name)

connectable = create_engine(get_settings().database_url, poolclass=pool.NullPool)
with connectable.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
