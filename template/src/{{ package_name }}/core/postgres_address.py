"""The address of a Postgres database, in the form of libpq: what hosting prints, and psql takes."""

import os
import ssl
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from pydantic import SecretStr

from .addresses import read_address, within_secret

EXAMPLE = "postgresql://user:password@host:5432/database"
SCHEMES: dict[str, str] = dict.fromkeys(
    ("postgres", "postgresql", "postgresql+asyncpg"), "postgresql+asyncpg"
)
MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
TLS = {"sslmode", "sslrootcert", "sslcert", "sslkey", "sslpassword", "sslcrl", "sslnegotiation"}
FILES = {"sslrootcert", "sslcert", "sslkey", "sslcrl"}
# For other drivers. The last two are also said by what the service sends anyway.
IGNORED = {"channel_binding", "gssencmode", "sslsni"}
KNOWN = TLS | IGNORED | {"host", "port", "application_name", "connect_timeout", "options"}


def database_address(address: str) -> str:
    """Return the address with the driver that the service uses.

    Raise `ValueError` if it cannot be read, or asks for what the driver cannot do.
    """
    place, query = read_address(address, SCHEMES, example=EXAMPLE)
    parameters = dict(parse_qsl(query))
    if "ssl" in parameters:  # the name that asyncpg has for it
        parameters.setdefault("sslmode", parameters.pop("ssl"))
    if not parameters.keys() <= KNOWN:
        raise ValueError(f"may have only these parameters: {', '.join(sorted(KNOWN))}")
    if parameters.get("sslmode", "prefer") not in MODES:
        raise ValueError(f"sslmode must be one of {', '.join(MODES)}")
    kept = {name: value for name, value in parameters.items() if name not in IGNORED}
    if kept.get("sslrootcert") == "system":  # as libpq calls what the system trusts
        paths = ssl.get_default_verify_paths()
        kept["sslrootcert"] = paths.cafile or paths.openssl_cafile
    for name in kept.keys() & FILES:
        if not os.access(kept[name], os.R_OK):
            raise ValueError(f"{name} must name a file that can be read")
    return f"{place}?{urlencode(kept)}" if kept else place


DatabaseAddress = Annotated[SecretStr, within_secret(database_address)]
