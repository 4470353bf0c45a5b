//! How messages leave for a bank and come back.
