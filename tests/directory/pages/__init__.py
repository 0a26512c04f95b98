"""The directory's pages, a file for each thing that people do on them."""
