mod template_file;
