"""A database engine for Django: its own for PostgreSQL, with a shorter way for what is asked most often."""
