"""Tags and filters of the console, for the templates of all packages."""
