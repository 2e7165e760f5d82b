"""What tests stand on: processes, stand-ins, scenes and small records."""
