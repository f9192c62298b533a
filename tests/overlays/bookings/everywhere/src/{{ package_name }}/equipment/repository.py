"""All SQL about equipment."""

from typing import get_args

from sqlalchemy import select

from ..core.pagination import Paging, Rows, Sort
from ..db.repository import Repository
from .models import Condition, Equipment
from .schemas import EquipmentSort

SORTS = {name: Sort(Equipment, name) for name in get_args(EquipmentSort)}


class EquipmentRepository(Repository[Equipment]):
    """Finds and stores equipment within one session."""

    async def get(self, equipment_id: int) -> Equipment | None:
        """Return the thing with this id."""
        return await self._session.get(Equipment, equipment_id)

    async def page(
        self, condition: Condition | None, sort: EquipmentSort, paging: Paging
    ) -> Rows[Equipment]:
        """Return one page of the equipment in this condition, or in any."""
        return await self._page(select(Equipment), SORTS[sort], paging, condition=condition)
