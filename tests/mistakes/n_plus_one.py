"""A request loads related rows one by one.

Says: sent one statement 3 times to load Tree.leaves (N+1): write
"""

from typing import Any

import pytest
from httpx2 import AsyncClient
from my_service.db.session import SessionDep
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncAttrs, AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(AsyncAttrs, DeclarativeBase):
    """Base class of two models."""


class Tree(Base):
    """What has leaves."""

    __tablename__ = "tree"
    id: Mapped[int] = mapped_column(primary_key=True)
    leaves: Mapped[list["Leaf"]] = relationship()


class Leaf(Base):
    """What belongs to a tree."""

    __tablename__ = "leaf"
    id: Mapped[int] = mapped_column(primary_key=True)
    tree_id: Mapped[int] = mapped_column(ForeignKey("tree.id"))


@pytest.mark.filterwarnings("error::tests.kit.advice.NPlusOne")
async def test_leaves_of_each_tree(
    service: Any, db_session: AsyncSession, async_client: AsyncClient
) -> None:
    """Ask for the leaves of each tree."""

    @service.app.get("/trees")
    async def trees(session: SessionDep) -> list[int]:
        return [
            len(await tree.awaitable_attrs.leaves) for tree in await session.scalars(select(Tree))
        ]

    await (await db_session.connection()).run_sync(Base.metadata.create_all)
    db_session.add_all([Tree(), Tree(), Tree()])
    assert (await async_client.get("/trees")).json() == [0, 0, 0]
