"""Pages of the archive (档案): papers found, taken in, written, released, destroyed (PLN-04)."""
