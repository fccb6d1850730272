"""What the owners answer besides the state of an entity, as models: routes document them, and tests hold them to it."""
