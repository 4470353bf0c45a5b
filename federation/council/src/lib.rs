//! The federation's machine: directory, anchors, FX, cross-border clearing.
