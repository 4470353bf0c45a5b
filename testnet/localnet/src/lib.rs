//! A whole network on this machine: demo and faults.
