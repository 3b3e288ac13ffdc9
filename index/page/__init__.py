"""A page of lines → its articles: bylines, headlines, columns, borders between articles."""
