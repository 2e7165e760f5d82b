"""`takeover`: takes over the open work of the replaced installation."""
