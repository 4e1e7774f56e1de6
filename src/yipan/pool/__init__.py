"""One pool of stock: the site book and the promises."""
