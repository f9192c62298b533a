"""What goes in and out of the routes of rooms."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import Field, StringConstraints

from ..core.types import (
    Day,
    Duration,
    Exact,
    Flag,
    Float,
    Int32,
    PatchBody,
    QueryFlag,
    RequestBody,
    ResponseBody,
    Text,
    TimeOfDay,
)
from ..equipment.schemas import EquipmentRead
from .models import Kind

Name = Annotated[Text, StringConstraints(min_length=1, max_length=80)]
Label = Annotated[Text, StringConstraints(min_length=1, max_length=30)]
Rate = Annotated[Decimal, Exact(8, 2)]
Metres = Annotated[Float, Field(gt=0, le=1000)]
HexColour = Annotated[str, StringConstraints(pattern="^#[0-9a-f]{6}$")]
Facilities = Annotated[
    dict[Label, Flag | Annotated[Int32, Field(ge=0, le=10_000)]],
    Field(max_length=20, json_schema_extra={"additionalProperties": False}),
]
Tags = Annotated[list[Label], Field(max_length=10)]
RoomSort = Literal["name", "-name", "hourly_rate", "-hourly_rate", "inspected_on", "-inspected_on"]


@dataclass(frozen=True, slots=True)
class RoomFilter:
    """Which rooms a list shows, where None means any, and in which order."""

    kind: Kind | None = None
    is_bookable: QueryFlag | None = None
    part_of_id: UUID | None = None
    tag: Annotated[Label | None, Query()] = None
    sort: RoomSort = "name"


class RoomCreate(RequestBody):
    """A room to be entered."""

    name: Name
    kind: Kind = Kind.MEETING
    part_of_id: UUID | None = None
    opens_at: TimeOfDay = time(8)
    closes_at: TimeOfDay = time(20)
    slot: Duration = timedelta(minutes=30)
    hourly_rate: Rate
    width: Metres
    length: Metres
    is_bookable: Flag = True
    colour: HexColour | None = None
    facilities: Facilities = {}
    tags: Tags = []
    inspected_on: Day | None = None


class RoomUpdate(PatchBody):
    """What changes about a room; a field that is left out stays as it is."""

    name: Name
    kind: Kind
    part_of_id: UUID | None
    opens_at: TimeOfDay
    closes_at: TimeOfDay
    slot: Duration
    hourly_rate: Rate
    width: Metres
    length: Metres
    is_bookable: Flag
    colour: HexColour | None
    facilities: Facilities
    tags: Tags
    inspected_on: Day | None


class RoomRead(ResponseBody):
    """A room as others see it."""

    id: UUID
    name: str
    slug: str
    kind: Kind
    part_of_id: UUID | None
    opens_at: TimeOfDay
    closes_at: TimeOfDay
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
