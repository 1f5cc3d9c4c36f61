"""`make month`: a month of field work over HTTP, on a server it starts itself, checked figure by figure."""
