mod handout;
