"""`check` and `check --model`: whether portal, engine, ledger and model are as the worker needs them."""
