//! mTLS, certificates and the network CA between nodes.
