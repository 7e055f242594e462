//! The drop folder: what settles, what is made, and that nothing is lost whatever happens.

mod corrections;
mod folder;
mod hostile_day;
mod kills;
mod kit;
mod refused_disk;
mod soak;
