mod catalog;
mod notation;
mod store;
mod read;
mod template_file;
