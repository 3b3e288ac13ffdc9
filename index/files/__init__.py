"""Which files are there to be read: folders walked, zips looked into."""
