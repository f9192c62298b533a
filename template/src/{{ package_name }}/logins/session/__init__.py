"""Logins with a cookie; what it stands for is a row in the database that can be ended."""
