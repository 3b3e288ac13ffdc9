"""The archive as a build writes it: the catalogue, the derived files, generations and locks."""
