"""Logins with a JWT as access token and a refresh token that is spent with each use."""
