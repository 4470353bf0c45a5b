//! Merkle trees, epochs, checkpoints, co-signatures and proofs.
