"""What a created task needs besides its create, exactly once: one module for each kind of act."""
