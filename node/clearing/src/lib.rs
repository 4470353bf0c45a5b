//! Obligations to finality: cycles, netting, pay-in and pay-out.
