"""The database: the engine, the one seam that opens sessions, the base of the models."""
