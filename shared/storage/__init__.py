"""The database behind a URL: SQLite or PostgreSQL, their differences, migrations, and how an outage is recognized."""
