"""What the model says about a step, and whether engine and portal would do it; if not, a fault or a warning."""
