"""Real servers for tests, as context managers: PostgreSQL, nginx and gunicorn on this machine."""
