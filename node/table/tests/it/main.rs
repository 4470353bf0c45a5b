//! Tables against a map, and what freezing promises.

mod frozen;
mod map;
mod model;
mod restored;
mod shared;
