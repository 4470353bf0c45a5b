//! SQL: read models, vault, archives and cursors.
