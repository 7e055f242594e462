mod deliver;
mod store;
