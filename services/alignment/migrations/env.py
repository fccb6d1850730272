"""Alembic's entry; how migrations run is the same for every service."""

from shared.migrations import environment

environment()
