"""The portal's limits, and which call may go next."""
