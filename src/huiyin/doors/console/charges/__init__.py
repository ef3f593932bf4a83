"""Pages of what is charged: the catalogue, prices, who bears what, reliefs, the price board."""
