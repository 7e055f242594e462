mod catalog;
mod notation;
mod store;
mod read;
