"""What goes in and out of the routes of logins, in every style that has passwords."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from ..auth.passwords import NewPassword, Password
from ..core.types import RequestBody, Text


class LoginForm(BaseModel):
    """The form of OAuth2's password grant; `username` is the email address."""

    username: Annotated[Text, StringConstraints(min_length=1, max_length=254)]
    password: Password
    # An empty field of a form is one that was left out.
    grant_type: Annotated[str, Field(pattern="^(password)?$")] = "password"


class PasswordChange(RequestBody):
    """A new password, and the one it replaces."""

    current_password: Password
    new_password: NewPassword
