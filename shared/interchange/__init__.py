"""Files that users have, read into records, and the one engine that brings records into the platform."""
