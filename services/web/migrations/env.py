"""Alembic's entry; how migrations run is the same for every service."""

from shared.storage.migrations import environment

environment()
