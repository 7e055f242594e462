mod catalog;
mod deliver;
mod fill_apply;
mod notation;
mod read;
mod store;
mod template_file;
mod handout;
