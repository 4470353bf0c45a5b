//! Order books with price-time matching.
