"""What goes in and out of the routes of equipment."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ..core.types import RequestBody, ResponseBody, Text
from .models import Condition

Name = Annotated[Text, StringConstraints(min_length=1, max_length=80)]
SerialNumber = Annotated[Text, StringConstraints(min_length=1, max_length=40)]
EquipmentSort = Literal["name", "-name", "bought_on", "-bought_on"]


class EquipmentCreate(RequestBody):
    """A thing to be entered."""

    name: Name
    serial_number: SerialNumber | None = None
    condition: Condition = Condition.WORKING
    bought_on: date | None = None


class EquipmentUpdate(RequestBody):
    """What changes about a thing; a field left out stays as it is."""

    name: Name = Field(default="")
    serial_number: SerialNumber | None = None
    condition: Condition = Condition.WORKING
    bought_on: date | None = None


class EquipmentRead(ResponseBody):
    """A thing as others see it."""

    id: int
    name: str
    serial_number: str | None
    condition: Condition
    bought_on: date | None
