"""The fixtures of this suite; those of the kit need no line here."""
