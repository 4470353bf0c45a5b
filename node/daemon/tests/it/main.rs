//! Real nodes, in this process, on free ports: what keeps one from starting, what one refuses,
//! and what one still knows when it comes back.

mod banks;
mod calls;
mod clocks;
mod damage;
mod decisions;
mod doors;
mod expiry;
mod feed;
mod folders;
mod full_disk;
mod log;
mod restart;
mod starts;
mod topics;
mod twins;
mod world;
