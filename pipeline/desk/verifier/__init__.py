"""What goes into an evidence package so that anyone can check it: a script of the standard library, and a page without network."""
