"""What goes in and out of the routes of logins, in every style that has passwords."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ..core.types import Text
from .passwords import NewPassword, Password


class LoginForm(BaseModel):
    """The form of OAuth2's password grant; `username` is the email address."""

    username: Annotated[Text, StringConstraints(min_length=1, max_length=254)]
    password: Password
    grant_type: Annotated[str, Field(pattern="^password$")] = "password"


class PasswordChange(BaseModel):
    """A new password, and the one it replaces."""

    model_config = ConfigDict(extra="forbid")

    current_password: Password
    new_password: NewPassword
