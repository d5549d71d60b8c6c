"""The desk: where the parts meet. Receives drops, performs jobs, shows cases; wiring, and no rules of its own."""
