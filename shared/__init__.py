"""What every service shares: one module per cross-cutting concern, no knowledge of any service."""
