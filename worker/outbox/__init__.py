"""What is owed to others until they have accepted it: outcomes to the engine, syncs to the portal."""
