"""One runnable file for each figure that the product promises."""
