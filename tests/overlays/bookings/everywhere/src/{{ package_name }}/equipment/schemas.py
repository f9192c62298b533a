"""What goes in and out of the routes of equipment."""

from datetime import date
from typing import Annotated, Literal

from pydantic import StringConstraints

from ..core.types import Day, PatchBody, RequestBody, ResponseBody, Text
from .models import Condition

Name = Annotated[Text, StringConstraints(min_length=1, max_length=80)]
SerialNumber = Annotated[Text, StringConstraints(min_length=1, max_length=40)]
EquipmentSort = Literal["name", "-name", "bought_on", "-bought_on"]


class EquipmentCreate(RequestBody):
    """A thing to be entered."""

    name: Name
    serial_number: SerialNumber | None = None
    condition: Condition = Condition.WORKING
    bought_on: Day | None = None


class EquipmentUpdate(PatchBody):
    """What changes about a thing; a field that is left out stays as it is."""

    name: Name
    serial_number: SerialNumber | None
    condition: Condition
    bought_on: Day | None


class EquipmentRead(ResponseBody):
    """A thing as others see it."""

    id: int
    name: str
    serial_number: str | None
    condition: Condition
    bought_on: date | None
