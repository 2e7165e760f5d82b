"""What is said of models: findings, their cures, and where answers lead."""
