"""One module a format: each turns a file into pages of lines with their places, and is known to `index.read` alone."""
