"""`make fuzz`: the API document against the real server, by the demo's people, on SQLite and PostgreSQL."""
