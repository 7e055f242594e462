mod catalog;
mod notation;
mod deliver;
mod store;
mod read;
mod template_file;
