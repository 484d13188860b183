"""People who work here: sign-in, sessions, roles and what each role may do."""
