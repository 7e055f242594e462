mod fill_apply;
