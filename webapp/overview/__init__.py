"""The overview: the shop's numbers at a glance, all from our copy."""
