"""Steps that wait for people: whether their task is closed, and whether both are still there."""
