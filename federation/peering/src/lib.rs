//! Ordered, gap-free envelope channels between two nodes.
