mod catalog;
mod notation;
mod store;
