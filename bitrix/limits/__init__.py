"""What a portal allows, and who may call it next."""
