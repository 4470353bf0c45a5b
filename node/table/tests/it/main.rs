//! Tables against a map, and what freezing promises.

mod frozen;
mod model;
mod restored;
