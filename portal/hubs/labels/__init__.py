"""Reading labels: text, barcodes and photos to a hub id."""
