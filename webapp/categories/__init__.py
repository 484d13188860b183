"""Categories: list, add and delete the groups that orders, products and tills use."""
