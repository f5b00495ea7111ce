"""What happened: an append-only log with Merkle proofs, signed checkpoints, sealed entries and an offline verifier."""
