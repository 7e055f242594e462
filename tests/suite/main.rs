mod catalog;
mod normalize;
