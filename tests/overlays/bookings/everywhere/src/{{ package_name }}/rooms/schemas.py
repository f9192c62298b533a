"""What goes in and out of the routes of rooms."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
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


def _hour_and_minute(value: object) -> object:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or len(value) != 5:
        raise ValueError("must be a time such as 09:30")
    return time.fromisoformat(value)


# The time on the wall of the room, which has no zone.
WallTime = Annotated[
    time,
    BeforeValidator(_hour_and_minute),
    PlainSerializer(lambda value: f"{value:%H:%M}", return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": HOUR_AND_MINUTE}),
]
Name = Annotated[Text, StringConstraints(min_length=1, max_length=80)]
Label = Annotated[Text, StringConstraints(min_length=1, max_length=30)]
Slot = Annotated[timedelta, Field(ge=timedelta(minutes=5), le=timedelta(days=1))]
Rate = Annotated[Decimal, Field(ge=0, max_digits=8, decimal_places=2)]
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
    slot: Slot = timedelta(minutes=30)
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
    slot: Slot = timedelta(minutes=30)
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
    slot: timedelta
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
