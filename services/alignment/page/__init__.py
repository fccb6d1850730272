"""The first page: what the views answer, for people. Made on the server, from the same functions as the API."""

from services.alignment.page.routes import PATHS, router

__all__ = ["PATHS", "router"]
