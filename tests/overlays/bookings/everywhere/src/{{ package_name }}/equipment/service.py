"""What can be done with equipment."""

from dataclasses import dataclass

from ..core.errors import NotFound
from ..core.pagination import Paging, Rows
from .models import Condition, Equipment
from .repository import EquipmentRepository
from .schemas import EquipmentCreate, EquipmentSort, EquipmentUpdate


@dataclass(frozen=True, slots=True)
class EquipmentService:
    """Enters, finds, changes and removes equipment."""

    equipment: EquipmentRepository

    async def create(self, new: EquipmentCreate) -> Equipment:
        """Enter a thing."""
        thing = Equipment(**new.model_dump())
        await self.equipment.add(thing)
        return thing

    async def page(
        self, condition: Condition | None, sort: EquipmentSort, paging: Paging
    ) -> Rows[Equipment]:
        """Return one page of the equipment in this condition, or in any."""
        return await self.equipment.page(condition, sort, paging)

    async def get(self, equipment_id: int) -> Equipment:
        """Return one thing. Raise `NotFound`."""
        thing = await self.equipment.get(equipment_id)
        if thing is None:
            raise NotFound
        return thing

    async def update(self, equipment_id: int, changes: EquipmentUpdate) -> Equipment:
        """Change a thing. Raise `NotFound`."""
        thing = await self.get(equipment_id)
        for field, value in changes.changes().items():
            setattr(thing, field, value)
        await self.equipment.save()
        return thing

    async def delete(self, equipment_id: int) -> None:
        """Remove a thing, from the rooms that have it too. Raise `NotFound`."""
        await self.equipment.delete(await self.get(equipment_id))
