"""Looks after steps that wait for people: whether their task is closed, and whether step and task still exist."""
