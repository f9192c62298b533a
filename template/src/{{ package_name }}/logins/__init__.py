"""Logins: how they begin with a password, go on and end."""
