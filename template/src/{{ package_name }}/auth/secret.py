"""Secrets that the database knows as a hash only."""

import hashlib


def digest(secret: str) -> str:
    """Return what the database keeps of a random secret.

    A fast hash is right here: nobody guesses 160 random bits or more, however fast a guess is.
    """
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
