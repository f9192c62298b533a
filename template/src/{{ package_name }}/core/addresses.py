"""Addresses of other servers, as hosting prints them.

A password is in them: one that cannot be read is refused without a word of it.
"""

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote, unquote

from pydantic import AfterValidator, SecretStr

# The password ends at the first @ behind which nothing follows but a host, a port, a name and
# parameters: so it is read, too, if its special characters are not percent-encoded.
_ADDRESS = re.compile(
    r"""(?P<scheme>[a-z0-9+]+)://
    (?:(?P<user>[^:@/?]*)(?::(?P<password>.*?))?@)?
    (?P<place>(?:\[[0-9a-fA-F:.]+\]|[\w.-]*)(?::\d{1,5})?(?:/[^/?@]*)?)
    (?P<parameters>\?\w+=[^&]*(?:&\w+=[^&]*)*)?""",
    re.VERBOSE | re.DOTALL,
)


def read_address(address: str, schemes: Mapping[str, str], *, example: str) -> tuple[str, str]:
    """Return the address with its login percent-encoded and its scheme translated, and its query.

    Raise `ValueError` with the example if it is not an address, or its scheme is not known.
    """
    found = _ADDRESS.fullmatch(address.strip())
    if found is None or found["scheme"] not in schemes:
        raise ValueError(f"must look like {example}")
    login = ":".join(
        quote(unquote(found[part]), safe="")
        for part in ("user", "password")
        if found[part] is not None
    )
    at = "@" if login else ""
    place = f"{schemes[found['scheme']]}://{login}{at}{found['place']}"
    return place, (found["parameters"] or "?")[1:]


def within_secret(read: Callable[[str], str]) -> AfterValidator:
    """Return what makes pydantic read a secret address."""
    return AfterValidator(lambda secret: SecretStr(read(secret.get_secret_value())))
