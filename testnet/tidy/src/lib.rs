//! Layers, map, limits and banned calls, as a test.
