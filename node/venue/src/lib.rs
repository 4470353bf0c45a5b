//! The replicated machine of a trading node.
