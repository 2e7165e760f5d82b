"""`explain`: the life of one step across engine, ledger and portal."""
