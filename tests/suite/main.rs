mod catalog;
mod deliver;
mod notation;
mod read;
mod store;
mod template_file;
mod fill_apply;
