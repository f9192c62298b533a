"""Gathers the routers under /api/v1: a new one is imported and included here."""

from .documents.router import router as documents_router
from .features import create_api_router

api_router = create_api_router()
api_router.include_router(documents_router)
