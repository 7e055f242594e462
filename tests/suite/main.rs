mod catalog;
mod normalize;
mod store;
