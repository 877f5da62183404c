"""A file or a paste as a table: what it is, its columns, its lines; nothing of it is trusted."""
