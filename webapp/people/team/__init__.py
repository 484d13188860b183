"""Who works here: people, invitations, and links to set a new password."""
