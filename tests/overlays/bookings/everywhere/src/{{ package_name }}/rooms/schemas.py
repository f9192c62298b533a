"""What goes in and out of the routes of rooms."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    StrictBool,
    StringConstraints,
    WithJsonSchema,
)

from ..core.types import RequestBody, ResponseBody, Text
from ..equipment.schemas import EquipmentRead
from .models import Kind

HOUR_AND_MINUTE = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
AMOUNT = r"^(0|[1-9][0-9]{0,5})(\.[0-9]{1,2})?$"


def _written_as(pattern: str) -> BeforeValidator:
    """Take a text that matches, as the document promises, and no other spelling of the value."""

    def check(value: object) -> object:
        if isinstance(value, int | float) or (
            isinstance(value, str) and not re.fullmatch(pattern, value)
        ):
            raise ValueError(f"must be a text that matches {pattern}")
        return value

    return BeforeValidator(check)


# The time on the wall of the room, which has no zone.
WallTime = Annotated[
    time,
    PlainSerializer(lambda value: f"{value:%H:%M}", return_type=str, when_used="json"),
    _written_as(HOUR_AND_MINUTE),
    WithJsonSchema({"type": "string", "pattern": HOUR_AND_MINUTE}),
]
Name = Annotated[Text, StringConstraints(min_length=1, max_length=80)]
Label = Annotated[Text, StringConstraints(min_length=1, max_length=30)]
Minutes = Annotated[int, Field(strict=True, ge=5, le=1440)]
Rate = Annotated[
    Decimal, _written_as(AMOUNT), WithJsonSchema({"type": "string", "pattern": AMOUNT})
]
Metres = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
HexColour = Annotated[str, StringConstraints(pattern="^#[0-9a-f]{6}$")]
Facilities = Annotated[
    dict[Label, StrictBool | Annotated[int, Field(strict=True, ge=0, le=10_000)]],
    Field(max_length=20),
]
Tags = Annotated[list[Label], Field(max_length=10)]
RoomSort = Literal["name", "-name", "hourly_rate", "-hourly_rate", "inspected_on", "-inspected_on"]


@dataclass(frozen=True, slots=True)
class RoomFilter:
    """Which rooms a list shows, where None means any, and in which order."""

    kind: Kind | None = None
    is_bookable: bool | None = None
    part_of_id: UUID | None = None
    tag: Annotated[Label | None, Query()] = None
    sort: RoomSort = "name"


class RoomCreate(RequestBody):
    """A room to be entered."""

    name: Name
    kind: Kind = Kind.MEETING
    part_of_id: UUID | None = None
    opens_at: WallTime = time(8)
    closes_at: WallTime = time(20)
    slot_minutes: Minutes = 30
    hourly_rate: Rate
    width: Metres
    length: Metres
    is_bookable: StrictBool = True
    colour: HexColour | None = None
    facilities: Facilities = {}
    tags: Tags = []
    inspected_on: date | None = None


class RoomUpdate(RequestBody):
    """What changes about a room; a field left out stays as it is."""

    name: Name = ""
    kind: Kind = Kind.MEETING
    part_of_id: UUID | None = None
    opens_at: WallTime = time(8)
    closes_at: WallTime = time(20)
    slot_minutes: Minutes = 30
    hourly_rate: Rate = Decimal(0)
    width: Metres = 1
    length: Metres = 1
    is_bookable: StrictBool = True
    colour: HexColour | None = None
    facilities: Facilities = {}
    tags: Tags = []
    inspected_on: date | None = None


class RoomRead(ResponseBody):
    """A room as others see it."""

    id: UUID
    name: str
    slug: str
    kind: Kind
    part_of_id: UUID | None
    opens_at: WallTime
    closes_at: WallTime
    slot_minutes: int
    hourly_rate: Decimal
    width: float
    length: float
    area: float
    is_bookable: bool
    colour: str | None
    facilities: dict[str, bool | int]
    tags: list[str]
    inspected_on: date | None
    equipment: list[EquipmentRead]


class ClosureWrite(RequestBody):
    """Why a room is closed on a day."""

    reason: Annotated[Text, StringConstraints(max_length=200)] | None = None


class ClosureRead(ResponseBody):
    """A day on which a room is closed."""

    room_id: UUID
    day: date
    reason: str | None


class PictureRead(ResponseBody):
    """What is known about a picture."""

    room_id: UUID
    media_type: str
    size: int
    uploaded_at: datetime
